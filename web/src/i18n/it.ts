// Italian.

import type { Messages } from './messages';

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

export const it: Messages = {
  languageName: 'Italiano',
  tagline: 'Videochiamate che vede e sente solo chi ne fa parte.',

  start: {
    title: 'Inizia una chiamata',
    intro: 'Nessun account, niente da installare. Ricevi un link: chi lo ha può entrare.',
    create: 'Nuova chiamata',
    or: 'oppure',
    pasteLabel: 'Entra con un link',
    pastePlaceholder: 'Incolla qui il link',
    open: 'Apri',
    notALink: 'Questo non è il link di una chiamata. Ha la forma https://host/j/…#…',
    incomplete: 'Il link è incompleto: la parte dopo # manca o è tagliata. Chiedi il link intero.',
    otherServer: (host) => `Il link appartiene a un altro server. Continua su ${host}`,
    points: [
      { title: 'Cifrata da un capo all’altro', text: 'Sempre, per tutti i partecipanti. Il server inoltra ciò che non può leggere.' },
      { title: 'Funziona nel browser', text: 'Sul computer o sul telefono. Manda il link: basta un tocco per entrare.' },
      { title: 'Sul tuo server', text: 'Le chiamate passano da dove viene questa pagina, e da nessun’altra parte.' },
    ],
  },

  lobby: {
    title: 'Tutto pronto?',
    nameLabel: 'Il tuo nome',
    namePlaceholder: 'Quello che vedranno gli altri',
    nameMissing: 'Scrivi un nome, così gli altri sanno chi sei.',
    join: 'Entra',
    cameraOff: 'La videocamera è spenta',
    cameraStarting: 'Avvio della videocamera…',
    invite: 'Invita altre persone',
    inviteText: 'Chiunque abbia questo link può entrare.',
    level: 'Livello del microfono',
    joinWithout: 'Puoi entrare senza videocamera e microfono e accenderli più tardi.',
    tooOld: 'Questo browser non sa cifrare le chiamate da un capo all’altro, quindi non può entrare. Aggiornalo, oppure usa una versione recente di Chrome, Edge, Firefox o Safari.',
    insecure: 'La pagina non è stata caricata con https, quindi il browser non le dà videocamera e microfono. Aprila mettendo https:// davanti.',
  },

  problem: {
    microphone: {
      denied: 'Il browser non permette di usare il microfono. Consentilo con l’icona accanto all’indirizzo, poi accendilo qui.',
      missing: 'Nessun microfono trovato. Collegane uno, poi accendilo qui.',
      busy: 'Un altro programma sta usando il microfono. Chiudilo lì, poi accendilo qui.',
      insecure: 'Senza https il browser non dà il microfono. Apri questa pagina mettendo https:// davanti.',
      ended: 'Il microfono è stato scollegato. Ricollegalo o scegline un altro.',
      failed: 'Non è stato possibile avviare il microfono. Riprova, o scegline un altro.',
    },
    camera: {
      denied: 'Il browser non permette di usare la videocamera. Consentila con l’icona accanto all’indirizzo, poi accendila qui.',
      missing: 'Nessuna videocamera trovata. Collegane una, poi accendila qui.',
      busy: 'Un altro programma sta usando la videocamera. Chiudila lì, poi accendila qui.',
      insecure: 'Senza https il browser non dà la videocamera. Apri questa pagina mettendo https:// davanti.',
      ended: 'La videocamera è stata scollegata. Ricollegala o scegline un’altra.',
      failed: 'Non è stato possibile avviare la videocamera. Riprova, o scegline un’altra.',
    },
    both: {
      denied: 'Il browser non permette di usare microfono e videocamera. Consentili con l’icona accanto all’indirizzo, poi accendili qui.',
      missing: 'Nessun microfono e nessuna videocamera trovati. Collegali, poi accendili qui.',
      insecure: 'Senza https il browser non dà né microfono né videocamera. Apri questa pagina mettendo https:// davanti.',
    },
    screen: {
      denied: 'Il sistema non permette al browser di riprendere lo schermo. Consentilo nelle impostazioni di privacy del sistema e condividi di nuovo.',
      missing: 'Questo browser non può condividere lo schermo. Usa un computer.',
      busy: 'In questo momento non si può riprendere lo schermo. Scegli un’altra finestra e condividi di nuovo.',
      insecure: 'Senza https non si può condividere lo schermo. Apri questa pagina mettendo https:// davanti.',
      ended: 'La condivisione è terminata.',
      failed: 'Non è stato possibile condividere lo schermo. Riprova.',
    },
  },

  devices: {
    title: 'Dispositivi',
    microphone: 'Microfono',
    camera: 'Videocamera',
    speaker: 'Altoparlante',
    byDefault: 'Predefinito del sistema',
    numbered: (kind, n) => `${kind} ${n}`,
    noiseSuppression: 'Riduci i rumori di fondo',
    incomingVideo: 'Ricevi il video',
    incomingVideoHint: 'Spegnilo per risparmiare dati: continui a sentire tutti.',
  },

  call: {
    label: 'Chiamata',
    controls: 'Comandi della chiamata',
    you: 'Tu',
    unknown: 'Persona sconosciuta',
    mute: 'Disattiva il microfono',
    unmute: 'Attiva il microfono',
    cameraOn: 'Accendi la videocamera',
    cameraOff: 'Spegni la videocamera',
    share: 'Condividi lo schermo',
    stopShare: 'Smetti di condividere',
    people: 'Persone',
    invite: 'Invita',
    settings: 'Impostazioni',
    leave: 'Esci',
    pin: (name) => `Mostra ${name} in grande`,
    unpin: (name) => `Non mostrare più ${name} in grande`,
    fullScreen: (name) => `Mostra ${name} a schermo intero`,
    screenOf: (name) => `Schermo di ${name}`,
    yourScreen: 'Il tuo schermo',
    muted: 'microfono spento',
    speaking: 'sta parlando',
    pinned: 'in grande',
    cameraIsOff: 'videocamera spenta',
    layoutGrid: 'Mostra tutti della stessa grandezza',
    layoutSpeaker: 'Mostra in grande chi parla',
    moreHidden: (n) => `${count(n, 'altra persona', 'altre persone')}`,
    peopleCount: (n) => count(n, 'persona', 'persone'),
    pushToTalk: 'Ti sentono finché tieni premuta la barra spaziatrice',
    soundBlocked: 'Il browser trattiene l’audio.',
    playSound: 'Attiva l’audio',
    aloneTitle: 'Non c’è ancora nessun altro',
    aloneText: 'Manda il link a chi deve entrare.',
    volume: (name) => `Volume di ${name}`,
    close: 'Chiudi',
  },

  tile: {
    cameraWaiting: (name) => `In attesa dell’immagine di ${name}…`,
    screenWaiting: (name) => `In attesa dello schermo di ${name}…`,
    soundWaiting: (name) => `Da ${name} non si sente ancora nulla`,
    pictureUndecryptable: (name) => `L’immagine di ${name} arriva ma non si decifra. Confrontate i link e rientrate con lo stesso.`,
    soundUndecryptable: (name) => `L’audio di ${name} arriva ma non si decifra. Confrontate i link e rientrate con lo stesso.`,
    otherLink: 'Il link di questa persona ha un altro segreto, quindi non si decifra nulla. Mandale il tuo link.',
    videoTurnedOff: 'Hai spento il video in arrivo.',
    reconnecting: 'La connessione è caduta; l’immagine torna insieme a lei.',
  },

  banner: {
    connecting: 'Connessione…',
    reconnecting: (attempt) =>
      attempt > 1 ? `La connessione è caduta. Nuovo tentativo (${attempt})…` : 'La connessione è caduta. Nuovo tentativo…',
    unreachable: (attempt) =>
      attempt > 2
        ? `Il server non risponde. Nuovo tentativo (${attempt})… Controlla la rete di questo dispositivo, o chiedi a chi gestisce il server.`
        : 'Il server non risponde. Nuovo tentativo…',
    offline: 'Questo dispositivo non è in rete. La chiamata riprende da sola quando torna la rete.',
    mediaFailed: 'Audio e video non arrivano al server; forse un firewall li blocca. Nuovo tentativo…',
    mediaConnecting: 'Connessione di audio e video…',
  },

  invite: {
    title: 'Invita a questa chiamata',
    text: 'Il link è la chiave: chi lo ha può entrare e decifrare. Mandalo come consegneresti una chiave.',
    linkLabel: 'Link di questa chiamata',
    copy: 'Copia il link',
    copied: 'Copiato',
    copyFailed: 'Seleziona il link e copialo a mano.',
    share: 'Manda…',
    qr: 'Codice QR del link',
    qrHint: 'Inquadralo con la fotocamera di un telefono.',
  },

  encryption: {
    badge: 'Cifrata end-to-end',
    title: 'Cifrata da un capo all’altro',
    how: 'Il browser cifra audio, video, schermo e il tuo nome prima che lascino questo dispositivo. Le chiavi vengono dalla parte del link dopo #, che i browser non mandano mai a un server.',
    server: 'Il server sa che delle persone sono connesse, da dove e quando, quali flussi passano e con che volume. Non può vedere, sentire o falsificare nulla.',
    limit: 'Chi ha il link è dentro: dallo solo a chi vuoi nella chiamata. Anche questa pagina viene dal server: ci si fida che il gestore non la alteri.',
  },

  people: {
    title: 'Persone',
    microphoneOn: 'microfono acceso',
    microphoneOff: 'microfono spento',
    cameraOn: 'videocamera accesa',
    sharing: 'condivide lo schermo',
  },

  help: {
    title: 'Tastiera',
    keys: {
      microphone: 'Attiva o disattiva il microfono',
      talk: 'Tieni premuto per parlare a microfono spento',
      camera: 'Accendi o spegni la videocamera',
      share: 'Condividi lo schermo o smetti',
      people: 'Mostra le persone',
      layout: 'Vista a griglia o chi parla',
      invite: 'Mostra il link',
      leave: 'Esci dalla chiamata',
      help: 'Mostra questo elenco',
      close: 'Chiudi ciò che è aperto',
    },
    space: 'Spazio',
    escape: 'Esc',
  },

  appearance: {
    title: 'Aspetto',
    theme: 'Colori',
    system: 'Come il sistema',
    light: 'Chiari',
    dark: 'Scuri',
    language: 'Lingua',
  },

  announce: {
    joined: (name) => `${name} ora è nella chiamata`,
    left: (name) => `${name} ha lasciato la chiamata`,
    shares: (name) => `${name} condivide lo schermo`,
    stopsSharing: (name) => `${name} ha smesso di condividere lo schermo`,
    inCall: 'Sei nella chiamata',
    muted: 'Il tuo microfono è spento',
    unmuted: 'Ora ti sentono',
    cameraOn: 'La tua videocamera è accesa',
    cameraOff: 'La tua videocamera è spenta',
    sharing: 'Stai condividendo lo schermo',
    notSharing: 'Hai smesso di condividere lo schermo',
  },

  ended: {
    left: { title: 'Hai lasciato la chiamata', text: 'Il link resta valido: aprilo di nuovo per tornare.' },
    linkIncomplete: {
      title: 'Il link è incompleto',
      text: 'La parte dopo # manca o è tagliata. Chiedi il link intero, meglio se mandato con «Copia il link» dalla chiamata, e aprilo di nuovo.',
    },
    wrongLink: {
      title: 'Questo link non apre la stanza',
      text: 'La stanza esiste, ma il suo segreto è un altro. Chiedi a chi ti ha invitato di rimandarti il link.',
    },
    roomFull: { title: 'La stanza è piena', text: 'Per ora non c’è posto. Riprova quando qualcuno è uscito.' },
    serverFull: {
      title: 'Il server è pieno',
      text: 'Porta già tutte le chiamate che può. Riprova tra qualche minuto, o chiedi più spazio a chi lo gestisce.',
    },
    wrongVersion: {
      title: 'Questa pagina non è aggiornata',
      text: 'Il server è stato aggiornato. Ricarica la pagina ed entra di nuovo.',
    },
    openRoom: {
      title: 'Questa stanza non è cifrata',
      text: 'È una stanza aperta per programmi di trasmissione, mentre qui le chiamate sono sempre cifrate. Inizia una nuova chiamata.',
    },
    roomsClosed: {
      title: 'Questo server non apre nuove stanze',
      text: 'Si entra solo nelle stanze create da chi lo gestisce. Controlla il link, o chiedi al gestore.',
    },
    replaced: {
      title: 'La chiamata continua altrove',
      text: 'L’hai ripresa in un’altra finestra o scheda. Entra di nuovo per riportarla qui.',
    },
    badOffer: {
      title: 'Il server non si intende con questo browser',
      text: 'Aggiorna il browser e riprova. Se non basta, riferisci al gestore quello che c’è scritto sotto.',
    },
    tooManyRequests: {
      title: 'Troppi tentativi',
      text: 'Il server chiede una pausa. Aspetta un minuto, poi entra di nuovo.',
    },
    internal: {
      title: 'Qualcosa è andato storto',
      text: 'Ricarica la pagina ed entra di nuovo. Se succede ancora, riferisci al gestore quello che c’è scritto sotto.',
    },
  },
  endedActions: { rejoin: 'Entra di nuovo', reload: 'Ricarica la pagina', home: 'Torna all’inizio', detail: 'Dettagli' },

  broken: { title: 'Qualcosa è andato storto', text: 'Ricarica la pagina ed entra di nuovo.', reload: 'Ricarica' },
};
