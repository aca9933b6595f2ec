/* The voice of the telephone: microphone and speaker, joined to frames. */

import { correction } from "./margin.js";

const WANTED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
const RESUME_MS = 2000;

/* Why there is no microphone: a name of a sentence of the page. */
export function microphoneTrouble(error) {
    if (!window.isSecureContext || !navigator.mediaDevices) {
        return "no-secure-context";
    }
    const names = {
        NotAllowedError: "microphone-denied",
        SecurityError: "microphone-denied",
        NotFoundError: "no-microphone",
        OverconstrainedError: "no-microphone",
        NotReadableError: "microphone-busy",
    };
    return names[error.name] ?? "no-sound";
}

export class Voice {
    /* send(buffer) gets each frame of 320 bytes; level(side, peak) the loudness, "in" or "out", 0 to 1;
       report(counters) once a second what became of what was heard. */
    constructor({ send, level, report }) {
        this.send = send;
        this.level = level;
        this.report = report;
        this.context = null;
        this.stream = null;
        this.microphone = "";
        this.speaker = "";
        this.loudness = 1;
        this.muted = false;
        this.speaking = false;
    }

    /* In a gesture of the user: browsers let nothing sound before. */
    async begin() {
        if (this.context === null) {
            const context = new AudioContext({ latencyHint: "interactive" });
            this.context = context;
            const here = new URL(".", import.meta.url);
            await Promise.all([
                context.audioWorklet.addModule(new URL("capture.js", here)),
                context.audioWorklet.addModule(new URL("playout.js", here)),
            ]);
            this.volume = new GainNode(context, { gain: this.loudness });
            this.volume.connect(context.destination);
            this.playout = new AudioWorkletNode(context, "telephone-playout", {
                numberOfInputs: 0, outputChannelCount: [1],
            });
            this.playout.connect(this.volume);
            this.playout.port.onmessage = ({ data }) => {
                if (data.report) {
                    this.report(data.report);
                } else {
                    this.level("out", data.peak);
                }
            };
            await this.chooseSpeaker(this.speaker);
        }
        if (this.context.state !== "running") {
            // Without a touch of the page this waits for ever.
            const patience = new Promise((ready) => { window.setTimeout(ready, RESUME_MS); });
            await Promise.race([this.context.resume(), patience]);
        }
    }

    /* Opens the microphone; an error of getUserMedia says why it cannot be had. */
    async openMicrophone() {
        if (this.stream !== null) {
            return;
        }
        if (!navigator.mediaDevices) {
            throw new DOMException("no secure context", "SecurityError");
        }
        const device = this.microphone ? { deviceId: { exact: this.microphone } } : {};
        this.stream = await navigator.mediaDevices.getUserMedia({ audio: { ...WANTED, ...device } });
        this.source = new MediaStreamAudioSourceNode(this.context, { mediaStream: this.stream });
        this.capture = new AudioWorkletNode(this.context, "telephone-capture", {
            numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit",
        });
        this.capture.port.onmessage = ({ data }) => {
            this.level("in", this.muted ? 0 : data.peak);
            if (this.speaking) {
                this.send(this.muted ? new ArrayBuffer(data.frame.byteLength) : data.frame);
            }
        };
        this.source.connect(this.capture);
    }

    /* Lets go of the microphone: the browser's sign that it is used goes out. */
    closeMicrophone() {
        if (this.stream === null) {
            return;
        }
        this.source.disconnect();
        this.capture.port.postMessage({ stop: true });
        for (const track of this.stream.getTracks()) {
            track.stop();
        }
        this.stream = null;
        this.level("in", 0);
    }

    /* A frame for the ear. */
    hear(frame) {
        this.playout?.port.postMessage({ frame }, [frame]);
    }

    /* The receiver is lifted: what waited is of the past. */
    fresh() {
        this.playout?.port.postMessage({ reset: true });
    }

    /* How long what we say waits at the gateway: speak faster or slower. */
    waited(leastMs, marginMs) {
        this.capture?.port.postMessage({ ppm: correction(leastMs, marginMs) });
    }

    setVolume(loudness) {
        this.loudness = loudness;
        if (this.context !== null) {
            this.volume.gain.setTargetAtTime(loudness, this.context.currentTime, 0.02);
        }
    }

    async chooseMicrophone(device) {
        this.microphone = device;
        if (this.stream !== null) {
            this.closeMicrophone();
            await this.openMicrophone();
        }
    }

    async chooseSpeaker(device) {
        this.speaker = device;
        if (this.context?.setSinkId) {
            await this.context.setSinkId(device);
        }
    }
}
