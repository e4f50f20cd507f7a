// The page's way to the box: MQTT over the WebSocket that the box itself serves. Reconnects by itself.
import mqtt from "../vendor/mqtt-5.16.0.esm.js";

const RECONNECT_MS = 1500;
const REPLY_TIMEOUT_MS = 6000;
const REFUSED = new Set([4, 5, 134, 135]); // bad user name or password, not authorised (MQTT 3.1.1 and 5)

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8)); // randomUUID is missing where the page is not served by TLS
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Link {
  /** `on`: up(), down(), message(topic below the prefix, object), login(). */
  constructor(prefix, on) {
    this.prefix = prefix;
    this.on = on;
    this.waiting = new Map();
    this.client = null;
  }

  open(credentials = {}) {
    this.client?.end(true);
    const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/mqtt`;
    const client = mqtt.connect(url, {
      protocolVersion: 4,
      clientId: `page-${randomId()}`,
      keepalive: 15,
      connectTimeout: 6000,
      reconnectPeriod: RECONNECT_MS,
      timerVariant: "native",
      queueQoSZero: false,
      ...credentials,
    });
    this.client = client;
    client.on("connect", () => {
      // Positions at QoS 0: a late one is worth nothing. All else at QoS 1.
      client.subscribe(
        Object.fromEntries([
          [`${this.prefix}/live`, { qos: 0 }],
          ...["status", "health", "source", "calibration", "shot", "stats/#", "form/+", "cmd/reply"].map((t) => [`${this.prefix}/${t}`, { qos: 1 }]),
        ]),
      );
      this.on.up();
    });
    client.on("close", () => this.on.down());
    client.on("error", (error) => {
      if (REFUSED.has(error.code)) {
        client.end(true);
        this.on.login();
      }
    });
    client.on("message", (topic, payload) => this.#received(topic, payload));
  }

  /** A phone that wakes up should not wait for the next try. */
  wake() {
    if (this.client && !this.client.connected && !this.client.disconnecting) this.client.reconnect();
  }

  /** Sends a command; the promise is fulfilled with the box's reply {ok, detail, draft}. */
  ask(name, fields = {}, patience = REPLY_TIMEOUT_MS) {
    if (!this.client?.connected) return Promise.resolve({ ok: false, detail: "The box cannot be reached right now." });
    const id = randomId();
    return new Promise((resolve) => {
      const late = () => this.#settle(id, { ok: false, detail: "The box did not answer. Try again." });
      this.waiting.set(id, { resolve, timer: setTimeout(late, patience) });
      const body = JSON.stringify({ schema_version: 1, request_id: id, ...fields });
      this.client.publish(`${this.prefix}/cmd/${name}`, body, { qos: 1 });
    });
  }

  #settle(id, reply) {
    const asked = this.waiting.get(id);
    if (!asked) return;
    clearTimeout(asked.timer);
    this.waiting.delete(id);
    asked.resolve(reply);
  }

  #received(topic, payload) {
    const name = topic.slice(this.prefix.length + 1);
    if (payload.length === 0) return this.on.message(name, null);
    let message;
    try {
      message = JSON.parse(payload.toString());
    } catch {
      return undefined; // somebody else's message on our topics
    }
    if (name === "cmd/reply") return this.#settle(message.request_id, message);
    return this.on.message(name, message);
  }
}
