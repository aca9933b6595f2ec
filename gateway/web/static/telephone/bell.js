/* The bell and the keys, made of sine waves; nothing is fetched. */

const KEYS = "123A456B789C*0#D";
const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477, 1633];
const STRIKES = [1318.5, 1661.2]; // two gongs, struck by turns
const PER_SECOND = 16;

/* The sound of a key in the ear, for 120 ms; the far end gets its own from the gateway. */
export function pressSound(context, destination, key) {
    const index = KEYS.indexOf(key);
    const now = context.currentTime;
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setTargetAtTime(0.08, now, 0.003);
    gain.gain.setTargetAtTime(0, now + 0.1, 0.005);
    gain.connect(destination);
    for (const frequency of [LOW[index >> 2], HIGH[index & 3]]) {
        const wave = new OscillatorNode(context, { frequency });
        wave.connect(gain);
        wave.start(now);
        wave.stop(now + 0.14);
    }
}

export class Bell {
    constructor() {
        this.timer = 0;
        this.gain = null;
    }

    /* Ring with the cadence (seconds of bell and silence by turns) until stopped. */
    start(cadence, context, destination) {
        this.stop();
        let turn = 0;
        const next = () => {
            const seconds = cadence[turn % cadence.length];
            if (turn % 2 === 0) {
                this.burst(seconds, context, destination);
            }
            turn += 1;
            this.timer = window.setTimeout(next, seconds * 1000);
        };
        next();
    }

    burst(seconds, context, destination) {
        navigator.vibrate?.(Math.round(seconds * 1000));
        if (context === null || context.state !== "running") {
            return; // nothing may sound before the page was touched
        }
        this.gain = new GainNode(context, { gain: 0.9 });
        this.gain.connect(destination);
        const begin = context.currentTime;
        for (let n = 0; n < seconds * PER_SECOND; n += 1) {
            this.strike(context, begin + n / PER_SECOND, STRIKES[n % 2]);
        }
    }

    strike(context, at, frequency) {
        const hit = new GainNode(context, { gain: 0 });
        hit.gain.setValueAtTime(0.22, at);
        hit.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
        hit.connect(this.gain);
        for (const partial of [1, 2.76]) {
            const wave = new OscillatorNode(context, { frequency: frequency * partial });
            wave.connect(hit);
            wave.start(at);
            wave.stop(at + 0.36);
        }
    }

    stop() {
        window.clearTimeout(this.timer);
        this.gain?.disconnect();
        this.gain = null;
        navigator.vibrate?.(0);
    }
}
