/* The WebSocket of the telephone: it comes back by itself when the gateway was away. */

const REASONS = { 4001: "away", 4002: "in-use", 4003: "taken", 4004: "no-line", 4401: "no-session" };
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8000;
const MOST_WAITING = 8 * 320; // bytes that the browser has not sent yet; more would only be late

export class Connection {
    /* message(object), voice(buffer), gone(reason) with reason "away", "in-use", "taken" ... */
    constructor(address, { message, voice, gone }) {
        this.address = address;
        this.message = message;
        this.voice = voice;
        this.gone = gone;
        this.socket = null;
        this.timer = 0;
        this.delay = FIRST_DELAY_MS;
        this.unsent = 0; // frames that were too late to be sent
    }

    get open() {
        return this.socket?.readyState === WebSocket.OPEN;
    }

    start(line, takeOver) {
        this.stop();
        const address = new URL(this.address, window.location.href);
        address.protocol = address.protocol.replace("http", "ws");
        if (line) {
            address.searchParams.set("line", line);
        }
        if (takeOver) {
            address.searchParams.set("take_over", "1");
        }
        const socket = new WebSocket(address);
        socket.binaryType = "arraybuffer";
        this.socket = socket;
        socket.onmessage = ({ data }) => {
            if (data instanceof ArrayBuffer) {
                this.voice(data);
            } else {
                this.delay = FIRST_DELAY_MS;
                this.message(JSON.parse(data));
            }
        };
        socket.onclose = ({ code }) => {
            if (this.socket !== socket) {
                return;
            }
            this.socket = null;
            const reason = REASONS[code] ?? "away";
            if (reason === "away") {
                this.timer = window.setTimeout(() => this.start(line, false), this.delay);
                this.delay = Math.min(LONGEST_DELAY_MS, this.delay * 2);
            }
            this.gone(reason);
        };
    }

    stop() {
        window.clearTimeout(this.timer);
        const socket = this.socket;
        this.socket = null;
        socket?.close();
    }

    do(what, more = {}) {
        if (this.open) {
            this.socket.send(JSON.stringify({ do: what, ...more }));
        }
    }

    speak(frame) {
        if (!this.open) {
            return;
        }
        if (this.socket.bufferedAmount > MOST_WAITING) {
            this.unsent += 1;
        } else {
            this.socket.send(frame);
        }
    }
}
