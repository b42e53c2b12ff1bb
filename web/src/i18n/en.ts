// English: the shape every other language must have (i18n/index.ts).

import type { EndReason } from '../core/types';

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

const ended: Record<EndReason, { readonly title: string; readonly text: string }> = {
  left: { title: 'You left the call', text: 'The link stays valid: open it again to come back.' },
  linkIncomplete: {
    title: 'This link is incomplete',
    text: 'The part after # is missing or cut off. Ask for the whole link, best sent with “Copy link” from inside the call, and open it again.',
  },
  wrongLink: {
    title: 'This link doesn’t open the room',
    text: 'The room exists, but its secret is another one. Ask whoever invited you to send the link again.',
  },
  roomFull: {
    title: 'The room is full',
    text: 'Nobody else fits in right now. Try again when somebody has left.',
  },
  serverFull: {
    title: 'The server is full',
    text: 'It carries as many calls as it can. Try again in a few minutes, or ask its operator for more room.',
  },
  wrongVersion: {
    title: 'This page is out of date',
    text: 'The server has been updated. Reload the page, then join again.',
  },
  openRoom: {
    title: 'This room is not encrypted',
    text: 'It is an open room for broadcasting tools, and calls here are always encrypted. Start a new call instead.',
  },
  roomsClosed: {
    title: 'This server opens no new rooms',
    text: 'Only rooms its operator has created can be joined. Check the link, or ask the operator.',
  },
  replaced: {
    title: 'The call goes on elsewhere',
    text: 'You took it over in another window or tab. Join here again to bring it back.',
  },
  badOffer: {
    title: 'The server could not work with this browser',
    text: 'Update the browser and try again. If that doesn’t help, tell the operator what it says below.',
  },
  tooManyRequests: {
    title: 'Too many attempts',
    text: 'The server asks for a pause. Wait a minute, then join again.',
  },
  internal: {
    title: 'Something went wrong',
    text: 'Reload the page and join again. If it happens again, tell the operator what it says below.',
  },
};

export const en = {
  languageName: 'English',
  tagline: 'Video calls that only the people in them can see and hear.',

  start: {
    title: 'Start a call',
    intro: 'No account, nothing to install. You get a link; whoever has it can join.',
    create: 'New call',
    or: 'or',
    pasteLabel: 'Join with a link',
    pastePlaceholder: 'Paste the link here',
    open: 'Open',
    notALink: 'That isn’t a call link. It looks like https://host/j/…#…',
    incomplete: 'This link is incomplete: the part after # is missing or cut off. Ask for the whole link.',
    otherServer: (host: string) => `This link belongs to another server. Continue at ${host}`,
    points: [
      { title: 'Encrypted from end to end', text: 'Always, for everybody in the call. The server passes on what it can’t read.' },
      { title: 'Works in the browser', text: 'On a computer or a phone. Send the link, and the call is one tap away.' },
      { title: 'On your own server', text: 'Calls run where this page comes from, and nowhere else.' },
    ],
  },

  lobby: {
    title: 'Ready to join?',
    nameLabel: 'Your name',
    namePlaceholder: 'What the others will see',
    nameMissing: 'Enter a name, so that the others know who you are.',
    join: 'Join',
    cameraOff: 'Your camera is off',
    cameraStarting: 'Starting the camera…',
    invite: 'Invite others',
    inviteText: 'Anyone with this link can join.',
    level: 'Microphone level',
    joinWithout: 'You can join without a camera or microphone and turn them on later.',
    tooOld: 'This browser can’t encrypt calls from end to end, so it can’t join. Update it, or use a current Chrome, Edge, Firefox or Safari.',
    insecure: 'This page wasn’t loaded over https, so the browser gives it no camera or microphone. Open it with https:// in front.',
  },

  problem: {
    microphone: {
      denied: 'The browser doesn’t allow the microphone. Allow it through the icon next to the address, then turn it on here.',
      missing: 'No microphone was found. Connect one, then turn it on here.',
      busy: 'Another program is using the microphone. Close it there, then turn it on here.',
      insecure: 'Without https the browser gives no microphone. Open this page with https:// in front.',
      ended: 'The microphone was disconnected. Connect it again or choose another one.',
      failed: 'The microphone could not be started. Try again, or choose another one.',
    },
    camera: {
      denied: 'The browser doesn’t allow the camera. Allow it through the icon next to the address, then turn it on here.',
      missing: 'No camera was found. Connect one, then turn it on here.',
      busy: 'Another program is using the camera. Close it there, then turn it on here.',
      insecure: 'Without https the browser gives no camera. Open this page with https:// in front.',
      ended: 'The camera was disconnected. Connect it again or choose another one.',
      failed: 'The camera could not be started. Try again, or choose another one.',
    },
    both: {
      denied: 'The browser allows neither microphone nor camera. Allow them through the icon next to the address, then turn them on here.',
      missing: 'No microphone and no camera were found. Connect them, then turn them on here.',
      insecure: 'Without https the browser gives neither microphone nor camera. Open this page with https:// in front.',
    },
    screen: {
      denied: 'The system doesn’t let the browser record the screen. Allow it in the system’s privacy settings and share again.',
      missing: 'This browser can’t share the screen. Use a computer for that.',
      busy: 'The screen can’t be recorded right now. Choose another window and share again.',
      insecure: 'Without https the screen can’t be shared. Open this page with https:// in front.',
      ended: 'Sharing has ended.',
      failed: 'The screen could not be shared. Try again.',
    },
  },

  devices: {
    title: 'Devices',
    microphone: 'Microphone',
    camera: 'Camera',
    speaker: 'Speaker',
    byDefault: 'System default',
    numbered: (kind: string, n: number) => `${kind} ${n}`,
    noiseSuppression: 'Suppress background noise',
    incomingVideo: 'Receive video',
    incomingVideoHint: 'Turn it off to save data; you keep hearing everybody.',
  },

  call: {
    label: 'Call',
    controls: 'Call controls',
    you: 'You',
    unknown: 'Unknown person',
    mute: 'Mute',
    unmute: 'Unmute',
    cameraOn: 'Turn camera on',
    cameraOff: 'Turn camera off',
    share: 'Share screen',
    stopShare: 'Stop sharing',
    people: 'People',
    invite: 'Invite',
    settings: 'Settings',
    leave: 'Leave',
    pin: (name: string) => `Show ${name} large`,
    unpin: (name: string) => `Stop showing ${name} large`,
    fullScreen: (name: string) => `Show ${name} on the full screen`,
    screenOf: (name: string) => `${name}’s screen`,
    yourScreen: 'Your screen',
    muted: 'muted',
    speaking: 'speaking',
    pinned: 'shown large',
    cameraIsOff: 'camera off',
    layoutGrid: 'Show everybody the same size',
    layoutSpeaker: 'Show whoever speaks large',
    moreHidden: (n: number) => `${count(n, 'more person', 'more people')}`,
    peopleCount: (n: number) => count(n, 'person', 'people'),
    pushToTalk: 'You are heard while you hold the space bar',
    soundBlocked: 'The browser holds the sound back.',
    playSound: 'Turn sound on',
    aloneTitle: 'Nobody else is here yet',
    aloneText: 'Send the link to whoever should join.',
    volume: (name: string) => `Volume of ${name}`,
    close: 'Close',
  },

  tile: {
    cameraWaiting: (name: string) => `Waiting for ${name}’s picture…`,
    screenWaiting: (name: string) => `Waiting for ${name}’s screen…`,
    soundWaiting: (name: string) => `Nothing heard from ${name} yet`,
    pictureUndecryptable: (name: string) => `${name}’s picture arrives but doesn’t decrypt. Compare your links and rejoin with the same one.`,
    soundUndecryptable: (name: string) => `${name}’s sound arrives but doesn’t decrypt. Compare your links and rejoin with the same one.`,
    otherLink: 'This person’s link has another secret, so nothing decrypts. Send them your link.',
    videoTurnedOff: 'You have turned incoming video off.',
    reconnecting: 'The connection is lost; the picture comes back with it.',
  },

  banner: {
    connecting: 'Connecting…',
    reconnecting: (attempt: number) =>
      attempt > 1 ? `The connection is lost. Trying again (${attempt})…` : 'The connection is lost. Trying again…',
    unreachable: (attempt: number) =>
      attempt > 2
        ? `The server doesn’t answer. Trying again (${attempt})… Check this device’s network, or ask whoever runs the server.`
        : 'The server doesn’t answer. Trying again…',
    offline: 'This device is offline. The call comes back by itself when the network does.',
    mediaFailed: 'Sound and picture don’t get through to the server; a firewall may block them. Trying again…',
    mediaConnecting: 'Connecting sound and picture…',
  },

  invite: {
    title: 'Invite to this call',
    text: 'The link is the key: whoever has it can join and decrypt. Send it the way you would hand over a key.',
    linkLabel: 'Link to this call',
    copy: 'Copy link',
    copied: 'Copied',
    copyFailed: 'Select the link and copy it by hand.',
    share: 'Send…',
    qr: 'QR code of the link',
    qrHint: 'Scan it with a phone’s camera.',
  },

  encryption: {
    badge: 'End-to-end encrypted',
    title: 'Encrypted from end to end',
    how: 'Your browser encrypts sound, picture, screen and your name before they leave this device. The keys come from the part of the link after #, which browsers never send to a server.',
    server: 'The server sees that people are connected, from where and when, which streams flow, and how loud they are. It can’t see, hear or forge anything.',
    limit: 'Whoever has the link is in: share it only with those you want in the call. This page itself comes from the server, so its operator is trusted not to change it.',
  },

  people: {
    title: 'People',
    microphoneOn: 'microphone on',
    microphoneOff: 'muted',
    cameraOn: 'camera on',
    sharing: 'sharing the screen',
  },

  help: {
    title: 'Keyboard',
    keys: {
      microphone: 'Mute or unmute',
      talk: 'Hold to speak while muted',
      camera: 'Camera on or off',
      share: 'Share the screen or stop',
      people: 'Show the people',
      layout: 'Grid or speaker view',
      invite: 'Show the link',
      leave: 'Leave the call',
      help: 'Show this',
      close: 'Close what is open',
    },
    space: 'Space',
    escape: 'Esc',
  },

  appearance: {
    title: 'Appearance',
    theme: 'Colours',
    system: 'Like the system',
    light: 'Light',
    dark: 'Dark',
    language: 'Language',
  },

  announce: {
    joined: (name: string) => `${name} joined`,
    left: (name: string) => `${name} left`,
    shares: (name: string) => `${name} shares the screen`,
    stopsSharing: (name: string) => `${name} stopped sharing the screen`,
    inCall: 'You are in the call',
    muted: 'You are muted',
    unmuted: 'You can be heard',
    cameraOn: 'Your camera is on',
    cameraOff: 'Your camera is off',
    sharing: 'You are sharing your screen',
    notSharing: 'You stopped sharing your screen',
  },

  ended,
  endedActions: { rejoin: 'Join again', reload: 'Reload the page', home: 'Back to the start', detail: 'Details' },

  broken: { title: 'Something went wrong', text: 'Reload the page and join again.', reload: 'Reload' },
};
