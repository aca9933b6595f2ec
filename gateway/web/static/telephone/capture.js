/* In the audio thread: what the microphone gives becomes frames of 160 samples, 16 bits, 8000 a second. */

import { Resampler } from "./resampler.js";

const RATE = 8000;
const FRAME = 160;

class Capture extends AudioWorkletProcessor {
    constructor() {
        super();
        this.resampler = new Resampler(sampleRate, RATE);
        this.frame = new Float32Array(FRAME);
        this.filled = 0;
        this.on = true;
        this.port.onmessage = ({ data }) => {
            if (data.ppm !== undefined) {
                this.resampler.tune(data.ppm);
            }
            if (data.stop) {
                this.on = false;
            }
        };
    }

    process(inputs) {
        // A microphone that was pulled gives nothing; silence keeps the frames coming.
        const samples = inputs[0][0] ?? new Float32Array(128);
        this.resampler.push(samples);
        for (;;) {
            this.filled = this.resampler.pull(this.frame, this.filled);
            if (this.filled < FRAME) {
                return this.on;
            }
            this.send();
            this.filled = 0;
        }
    }

    send() {
        const words = new Int16Array(FRAME);
        let peak = 0;
        for (let i = 0; i < FRAME; i += 1) {
            const value = Math.max(-1, Math.min(1, this.frame[i]));
            peak = Math.max(peak, Math.abs(value));
            words[i] = Math.round(value * 32767);
        }
        this.port.postMessage({ frame: words.buffer, peak }, [words.buffer]);
    }
}

registerProcessor("telephone-capture", Capture);
