/* In the audio thread of a test: hands on everything that its input plays. */

class Recorder extends AudioWorkletProcessor {
    process(inputs) {
        this.port.postMessage(inputs[0][0]?.slice() ?? new Float32Array(128));
        return true;
    }
}

registerProcessor("test-recorder", Recorder);
