/** A moving picture of somebody, or of a screen full of text; `scale` 1 is 1280x720. */
export function drawnTrack(index: number, screen: boolean, scale: number): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = 1280 * scale;
  canvas.height = 720 * scale;
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  let frame = 0;
  const draw = () => {
    ++frame;
    if (screen) drawScreen(context, frame);
    else drawFace(context, index, frame);
  };
  draw();
  window.setInterval(draw, 66);
  return canvas.captureStream(15).getVideoTracks()[0]!;
}

function drawFace(context: CanvasRenderingContext2D, index: number, frame: number): void {
  const hue = (index * 67 + 20) % 360;
  const back = context.createLinearGradient(0, 0, 1280, 720);
  back.addColorStop(0, `hsl(${hue} 30% 78%)`);
  back.addColorStop(1, `hsl(${(hue + 40) % 360} 34% 46%)`);
  context.fillStyle = back;
  context.fillRect(0, 0, 1280, 720);
  const sway = Math.sin(frame / 20 + index) * 14;
  const ellipse = (x: number, y: number, w: number, h: number, fill: string) => {
    context.fillStyle = fill;
    context.beginPath();
    context.ellipse(x + sway, y, w, h, 0, 0, 7);
    context.fill();
  };
  ellipse(640, 760, 310, 250, `hsl(${(hue + 180) % 360} 35% 34%)`);
  ellipse(640, 300, 178, 190, `hsl(${25 + index * 3} 40% ${22 + ((index * 13) % 40)}%)`);
  ellipse(640, 345, 142, 178, `hsl(26 48% ${45 + ((index * 17) % 35)}%)`);
  ellipse(588, 330, 11, 13, '#20252a');
  ellipse(692, 330, 11, 13, '#20252a');
  ellipse(640, 430, 40, 8 + 8 * Math.abs(Math.sin(frame / 3)), '#8d3b3b');
}

function drawScreen(context: CanvasRenderingContext2D, frame: number): void {
  context.fillStyle = '#fbfbf8';
  context.fillRect(0, 0, 1280, 720);
  context.fillStyle = '#176a55';
  context.fillRect(0, 0, 1280, 64);
  context.fillStyle = '#fff';
  context.font = '600 26px sans-serif';
  context.fillText('Quarterly plan', 40, 42);
  context.fillStyle = '#34423d';
  context.font = '22px sans-serif';
  for (let line = 0; line < 11; ++line) {
    context.fillRect(60, 120 + line * 52, 300 + ((line * 197) % 620), 14);
  }
  context.fillStyle = '#e39a2d';
  context.fillRect(1080, 640 - ((frame * 2) % 400), 60, 20);
}
