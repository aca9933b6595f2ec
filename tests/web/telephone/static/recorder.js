/* In the audio thread of a test: hands on everything that its input plays, and when. */

class Recorder extends AudioWorkletProcessor {
    process(inputs) {
        const samples = inputs[0][0]?.slice() ?? new Float32Array(128);
        this.port.postMessage({ at: currentFrame, samples });
        return true;
    }
}

registerProcessor("test-recorder", Recorder);
