// What the camera sees: the newest picture with boxes, ball and rim over it, in pixels of the frame.
import { colourOf } from "./scene.js";

const REFRESH_MS = 400;

export class Picture {
  constructor() {
    this.image = null;
    this.asked = -Infinity;
    this.busy = false;
  }

  /** Fetches the newest frame, a few times a second. */
  refresh(now) {
    if (this.busy || now - this.asked < REFRESH_MS) return;
    this.asked = now;
    this.busy = true;
    loadSnapshot()
      .then((image) => (this.image = image ?? this.image))
      .finally(() => (this.busy = false));
  }
}

/** The newest frame as an image, or null while there is none. */
export const loadSnapshot = () => loadPicture(`/snapshot.jpg?${Date.now()}`);

/** A picture of the box, or null where it has none. */
export async function loadPicture(address) {
  try {
    const response = await fetch(address, { cache: "no-store" });
    return response.ok ? await createImageBitmap(await response.blob()) : null;
  } catch {
    return null;
  }
}

export function drawCamera(context, scene, picture, size, now) {
  const live = scene.newest;
  context.fillStyle = "#15110d";
  context.fillRect(0, 0, size.width, size.height);
  if (picture) {
    context.drawImage(picture, 0, 0, size.width, size.height);
    context.fillStyle = "rgb(10 8 6 / 0.34)";
    context.fillRect(0, 0, size.width, size.height);
  }
  if (!live) return;
  const scale = size.width / live.image_width;
  drawRim(context, live.rim, scale);
  for (const player of scene.players(now)) drawBox(context, player, scale);
  drawBallTrail(context, scene, scale, now);
}

export function drawRim(context, rim, scale, colour = "#ff7a3d") {
  if (!rim) return;
  context.strokeStyle = colour;
  context.lineWidth = 3;
  context.beginPath();
  context.ellipse(rim.x * scale, rim.y * scale, (rim.width / 2) * scale, (rim.height / 2) * scale, 0, 0, 2 * Math.PI);
  context.stroke();
}

function drawBox(context, player, scale) {
  const [left, top, right, bottom] = player.box.map((value) => value * scale);
  const colour = colourOf(player.player_id, player.team);
  context.globalAlpha = player.status === "confirmed" ? 1 : 0.55;
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 6);
  context.stroke();
  context.fillStyle = colour;
  context.beginPath();
  context.arc((left + right) / 2, top - 14, 13, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = "#14110d";
  context.font = "800 15px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(String(player.player_id), (left + right) / 2, top - 13);
  context.globalAlpha = 1;
}

function drawBallTrail(context, scene, scale, now) {
  const trail = scene.ballTrail(now);
  context.lineCap = "round";
  context.strokeStyle = "#ff9a3d";
  for (let i = 1; i < trail.length; i += 1) {
    context.globalAlpha = 0.8 * (1 - trail[i].age);
    context.lineWidth = 4 * (1 - 0.7 * trail[i].age);
    context.beginPath();
    context.moveTo(trail[i - 1].x * scale, trail[i - 1].y * scale);
    context.lineTo(trail[i].x * scale, trail[i].y * scale);
    context.stroke();
  }
  context.globalAlpha = 1;
  const ball = scene.ball(now);
  if (!ball) return;
  context.beginPath();
  context.arc(ball.x * scale, ball.y * scale, Math.max(6, ball.radius * scale + 2), 0, 2 * Math.PI);
  context.lineWidth = 3;
  context.strokeStyle = "#fff3e0";
  context.fillStyle = "rgb(255 154 61 / 0.75)";
  context.fill();
  context.stroke();
}
