// What the interface says about networks: how good they are, why they aren't, what helps.

import type { Cause, Quality } from '../state/diagnosis';
import type { Path } from '../state/statistics';

export interface CauseText {
  readonly title: string;
  readonly text: string;
  /** What the person can do, most effective first. */
  readonly help: readonly string[];
}

type Causes = Readonly<Record<Cause, CauseText>>;

const englishCauses: Causes = {
  offline: {
    title: 'This device has no network',
    text: 'The call comes back by itself when the network does.',
    help: ['Turn on Wi-Fi or mobile data, or plug in the network cable.'],
  },
  serverUnreachable: {
    title: 'The server doesn’t answer',
    text: 'This device has a network, but the server can’t be reached. The call comes back by itself when it can.',
    help: ['Open another website: if that doesn’t work either, it is your network.', 'Ask whoever runs the server.'],
  },
  mediaBlocked: {
    title: 'Sound and picture don’t get through',
    text: 'The server answers, but no sound and picture pass between it and this device.',
    help: ['A firewall or VPN may block them: try without, or from another network.', 'Ask whoever runs the server.'],
  },
  serverSlow: {
    title: 'The server is slow to answer',
    text: 'What you say arrives late. Nothing gets lost: the server is far away, or has too much to do.',
    help: ['Let the others finish before you speak.', 'Without a VPN the way may be shorter.', 'Ask whoever runs the server.'],
  },
  uplinkLoss: {
    title: 'Your uplink loses data',
    text: 'The others see and hear you with gaps.',
    help: ['Move nearer to the router, or use a cable.', 'Turn your camera off, so that your voice has all the room.', 'Stop uploads and backups on this network.'],
  },
  uplinkNarrow: {
    title: 'Your uplink is narrow',
    text: 'The others see a small picture of you.',
    help: ['Turn your camera off, so that your voice has all the room.', 'Stop uploads and backups on this network.', 'Move nearer to the router, or use a cable.'],
  },
  uplinkVoiceOnly: {
    title: 'Your uplink carries only your voice',
    text: 'Your picture is paused so that the others hear you. It comes back by itself.',
    help: ['Stop uploads and backups on this network.', 'Move nearer to the router, or use a cable.', 'Turn your camera off: then it isn’t tried again.'],
  },
  downlinkLoss: {
    title: 'Your downlink loses data',
    text: 'You see and hear the others with gaps.',
    help: ['Move nearer to the router, or use a cable.', 'Turn off incoming video, so that their voices have all the room.', 'Stop downloads on this network.'],
  },
  downlinkNarrow: {
    title: 'Your downlink is full',
    text: 'Some pictures are paused so that the voices get through. Where not all voices fit, you hear the loudest.',
    help: ['Turn off incoming video, so that their voices have all the room.', 'Stop downloads and streaming on this network.', 'Move nearer to the router, or use a cable.'],
  },
  downlinkUneven: {
    title: 'Your downlink is uneven',
    text: 'What the others say arrives late, so that it can be played without gaps.',
    help: ['Move nearer to the router, or use a cable.', 'Turn off incoming video.', 'Stop downloads and streaming on this network.'],
  },
  cpu: {
    title: 'This device is too slow for all pictures',
    text: 'It sends or shows smaller pictures for now, and tries more again by itself.',
    help: ['Close other programs and tabs.', 'Turn off incoming video, or your camera.', 'Plug in the power supply.'],
  },
  theirUplink: {
    title: 'Somebody’s uplink loses data',
    text: 'Everybody sees and hears them with gaps. It isn’t your network.',
    help: ['Ask them to turn their camera off, or to move nearer to their router.'],
  },
};

export const english = {
  title: 'Connection',
  well: 'Your connection is good.',
  wellText: 'If somebody sounds bad all the same, it shows here within seconds, with the reason.',
  measuring: 'Measuring…',
  whatHelps: 'What helps',
  why: 'Why?',
  who: (names: string) => `It is about ${names}.`,
  details: 'Details',
  causes: englishCauses,
  quality: {
    good: 'good connection',
    fair: 'fair connection',
    poor: 'bad connection',
    lost: 'no connection',
  } satisfies Record<Quality, string>,
  paths: {
    udp: 'direct to the server (UDP)',
    tcp: 'to the server over TCP',
    relay: 'through a relay (TURN)',
  } satisfies Record<Path, string>,
  figures: {
    roundTrip: 'There and back',
    sendRate: 'Sent',
    receiveRate: 'Received',
    sendLoss: 'Lost on the way up',
    receiveLoss: 'Lost on the way down',
    jitter: 'Unevenness',
    picture: 'Picture sent',
    path: 'Way',
    none: 'none',
    unknown: 'not known yet',
  },
  stopVideo: 'Turn off incoming video',
  stopCamera: 'Turn camera off',
  audioOnly: 'Audio only',
  audioOnlyHint: 'No incoming video, and your camera is off.',
  motion: 'Smooth motion for the shared screen',
  motionHint: 'For films. Text gets less sharp.',
  more: 'More',
  savesData: 'This device is set to save data.',
  videoOff: 'Incoming video is off',
  videoOn: 'Incoming video is on',
  audioOnlyOn: 'Audio only: your camera and incoming video are off',
};

const italianCauses: Causes = {
  offline: {
    title: 'Questo dispositivo non è in rete',
    text: 'La chiamata riprende da sola quando torna la rete.',
    help: ['Attiva il Wi-Fi o i dati mobili, o collega il cavo di rete.'],
  },
  serverUnreachable: {
    title: 'Il server non risponde',
    text: 'Questo dispositivo è in rete, ma non raggiunge il server. La chiamata riprende da sola quando torna raggiungibile.',
    help: ['Apri un altro sito: se non funziona nemmeno quello, è la tua rete.', 'Chiedi a chi gestisce il server.'],
  },
  mediaBlocked: {
    title: 'Audio e video non passano',
    text: 'Il server risponde, ma tra il server e questo dispositivo non passano né audio né video.',
    help: ['Forse li blocca un firewall o una VPN: prova senza, o da un’altra rete.', 'Chiedi a chi gestisce il server.'],
  },
  serverSlow: {
    title: 'Il server risponde lentamente',
    text: 'Quello che dici arriva in ritardo. Non si perde nulla: il server è lontano, o ha troppo da fare.',
    help: ['Lascia finire gli altri prima di parlare.', 'Senza VPN la strada può essere più corta.', 'Chiedi a chi gestisce il server.'],
  },
  uplinkLoss: {
    title: 'In uscita si perdono dati',
    text: 'Gli altri ti vedono e ti sentono a tratti.',
    help: ['Avvicinati al router, o usa un cavo.', 'Spegni la videocamera: tutto lo spazio resta alla voce.', 'Ferma caricamenti e backup su questa rete.'],
  },
  uplinkNarrow: {
    title: 'In uscita c’è poco spazio',
    text: 'Gli altri ti vedono in piccolo.',
    help: ['Spegni la videocamera: tutto lo spazio resta alla voce.', 'Ferma caricamenti e backup su questa rete.', 'Avvicinati al router, o usa un cavo.'],
  },
  uplinkVoiceOnly: {
    title: 'La rete in uscita regge solo la tua voce',
    text: 'La tua immagine è in pausa perché gli altri ti sentano. Torna da sola.',
    help: ['Ferma caricamenti e backup su questa rete.', 'Avvicinati al router, o usa un cavo.', 'Spegni la videocamera: così non si riprova.'],
  },
  downlinkLoss: {
    title: 'In arrivo si perdono dati',
    text: 'Vedi e senti gli altri a tratti.',
    help: ['Avvicinati al router, o usa un cavo.', 'Spegni il video in arrivo: tutto lo spazio resta alle voci.', 'Ferma i download su questa rete.'],
  },
  downlinkNarrow: {
    title: 'La rete in arrivo è piena',
    text: 'Alcune immagini sono in pausa perché passino le voci. Se le voci non ci stanno tutte, senti le più forti.',
    help: ['Spegni il video in arrivo: tutto lo spazio resta alle voci.', 'Ferma download e streaming su questa rete.', 'Avvicinati al router, o usa un cavo.'],
  },
  downlinkUneven: {
    title: 'La rete in arrivo è irregolare',
    text: 'Quello che dicono gli altri arriva in ritardo, così si può riprodurre senza vuoti.',
    help: ['Avvicinati al router, o usa un cavo.', 'Spegni il video in arrivo.', 'Ferma download e streaming su questa rete.'],
  },
  cpu: {
    title: 'Questo dispositivo è lento per tutte le immagini',
    text: 'Per ora invia o mostra immagini più piccole, e riprova da solo.',
    help: ['Chiudi altri programmi e schede.', 'Spegni il video in arrivo, o la videocamera.', 'Collega l’alimentatore.'],
  },
  theirUplink: {
    title: 'A qualcuno si perdono dati in uscita',
    text: 'Tutti vedono e sentono questa persona a tratti. Non è la tua rete.',
    help: ['Chiedi di spegnere la videocamera, o di avvicinarsi al router.'],
  },
};

export const italian: typeof english = {
  title: 'Connessione',
  well: 'La tua connessione è buona.',
  wellText: 'Se qualcuno si sente male lo stesso, qui compare entro pochi secondi, con il motivo.',
  measuring: 'Misurazione…',
  whatHelps: 'Che cosa aiuta',
  why: 'Perché?',
  who: (names) => `Riguarda ${names}.`,
  details: 'Dettagli',
  causes: italianCauses,
  quality: {
    good: 'connessione buona',
    fair: 'connessione discreta',
    poor: 'connessione cattiva',
    lost: 'nessuna connessione',
  },
  paths: {
    udp: 'diretta al server (UDP)',
    tcp: 'al server su TCP',
    relay: 'attraverso un relay (TURN)',
  },
  figures: {
    roundTrip: 'Andata e ritorno',
    sendRate: 'Inviati',
    receiveRate: 'Ricevuti',
    sendLoss: 'Persi in uscita',
    receiveLoss: 'Persi in arrivo',
    jitter: 'Irregolarità',
    picture: 'Immagine inviata',
    path: 'Strada',
    none: 'nessuna',
    unknown: 'non ancora noto',
  },
  stopVideo: 'Spegni il video in arrivo',
  stopCamera: 'Spegni la videocamera',
  audioOnly: 'Solo audio',
  audioOnlyHint: 'Nessun video in arrivo, e la tua videocamera è spenta.',
  motion: 'Movimento fluido per lo schermo condiviso',
  motionHint: 'Per i film. Il testo diventa meno nitido.',
  more: 'Altro',
  savesData: 'Questo dispositivo è impostato per risparmiare dati.',
  videoOff: 'Il video in arrivo è spento',
  videoOn: 'Il video in arrivo è acceso',
  audioOnlyOn: 'Solo audio: la videocamera e il video in arrivo sono spenti',
};
