import { useEffect, useRef, useState } from 'react';

interface VideoViewProps {
  readonly track: MediaStreamTrack;
  readonly mirrored?: boolean;
  readonly whole?: boolean;
  /** Whether there is a picture yet: a track may flow for a moment before its first key frame. */
  readonly onPicture?: (visible: boolean) => void;
}

/** A picture without sound; decoration for screen readers, the tile around it has the label. */
export function VideoView({ track, mirrored = false, whole = false, onPicture }: VideoViewProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    // Refused only while the page is hidden or the track is replaced; autoplay tries again.
    void element.play().catch(() => undefined);
    return () => {
      element.srcObject = null;
      setVisible(false);
    };
  }, [track]);
  useEffect(() => {
    onPicture?.(visible);
    return () => onPicture?.(false);
  }, [visible, onPicture]);
  const looks = ['video', mirrored && 'video-mirrored', whole && 'video-whole', visible && 'video-visible'];
  return (
    <video
      ref={ref}
      className={looks.filter(Boolean).join(' ')}
      autoPlay
      playsInline
      muted
      disablePictureInPicture={mirrored}
      aria-hidden
      tabIndex={-1}
      onLoadedData={() => setVisible(true)}
    />
  );
}
