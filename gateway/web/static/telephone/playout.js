/* In the audio thread: frames of 160 samples, 16 bits, 8000 a second, become what the speaker plays. */

import { Margin, correction } from "./margin.js";
import { Resampler } from "./resampler.js";

const RATE = 8000;
const FRAME_MS = 20;
const MOST_MS = 500; // that may wait; above, the oldest is thrown away down to the margin
const FADE = 0.99; // of the last sample, sample by sample, when there is nothing to play

class Playout extends AudioWorkletProcessor {
    constructor() {
        super();
        this.resampler = new Resampler(RATE, sampleRate);
        this.margin = new Margin();
        this.flowing = false;
        this.fresh = true;
        this.least = Infinity;
        this.last = 0;
        this.peak = 0;
        this.quanta = 0;
        this.perReport = Math.round(sampleRate / 128);
        this.counters = { played: 0, underruns: 0, overruns: 0 };
        this.on = true;
        this.port.onmessage = ({ data }) => this.take(data);
    }

    take(data) {
        if (data.stop) {
            this.on = false;
        } else if (data.reset) {
            this.resampler.reset();
            this.flowing = false;
            this.fresh = true;
        } else {
            const words = new Int16Array(data.frame);
            const samples = Float32Array.from(words, (word) => word / 32768);
            const tooMuch = this.waitingMs > MOST_MS;
            if (tooMuch || !this.resampler.push(samples)) {
                const from = this.resampler.waiting;
                this.resampler.skip(Math.max(0, Math.floor(from - this.margin.ms * RATE / 1000)));
                this.counters.overruns += Math.round(from / samples.length);
                this.resampler.push(samples);
            }
        }
    }

    get waitingMs() {
        return this.resampler.waiting * 1000 / RATE;
    }

    process(_inputs, outputs) {
        const output = outputs[0][0];
        this.begin();
        let index = 0;
        if (this.flowing) {
            index = this.resampler.pull(output, 0);
            this.least = Math.min(this.least, this.waitingMs);
            if (index < output.length) {
                this.flowing = false;
                this.counters.underruns += 1;
                this.margin.missed();
            } else {
                this.counters.played += 1;
            }
            if (index > 0) {
                this.last = output[index - 1];
            }
        }
        for (; index < output.length; index += 1) {
            this.last *= FADE;
            output[index] = this.last;
        }
        for (const value of output) {
            this.peak = Math.max(this.peak, Math.abs(value));
        }
        this.account();
        return this.on;
    }

    /* Begin when the margin is there besides the frame that came last. */
    begin() {
        const wanted = this.margin.ms + FRAME_MS;
        if (this.flowing || this.waitingMs < wanted) {
            return;
        }
        this.flowing = true;
        if (this.fresh) {
            // What is more was heard by nobody yet, and would be late for a long time.
            this.resampler.skip((this.waitingMs - wanted) * RATE / 1000);
            this.fresh = false;
        }
    }

    account() {
        this.quanta += 1;
        if (this.quanta % Math.round(this.perReport / 10) === 0) {
            this.port.postMessage({ peak: this.peak });
            this.peak = 0;
        }
        if (this.quanta < this.perReport) {
            return;
        }
        this.quanta = 0;
        this.margin.pass(1);
        if (this.least < Infinity) {
            this.resampler.tune(correction(this.least, this.margin.ms));
        }
        this.port.postMessage({
            report: { leastMs: this.least, marginMs: this.margin.ms, ...this.counters },
        });
        this.least = Infinity;
    }
}

registerProcessor("telephone-playout", Playout);
