import { useEffect, useRef } from 'react';

interface VideoViewProps {
  readonly track: MediaStreamTrack;
  readonly mirrored?: boolean;
  readonly whole?: boolean;
}

/** A picture without sound; decoration for screen readers, the tile around it has the label. */
export function VideoView({ track, mirrored = false, whole = false }: VideoViewProps) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    // Refused only while the page is hidden or the track is replaced; autoplay tries again.
    void element.play().catch(() => undefined);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  const className = `video${mirrored ? ' video-mirrored' : ''}${whole ? ' video-whole' : ''}`;
  return <video ref={ref} className={className} autoPlay playsInline muted disablePictureInPicture={mirrored} aria-hidden tabIndex={-1} />;
}
