// Two short, soft tones for an offer, made here: no file to load. Browsers let a page sound only after
// the person has acted in it once; sign-in is such an act.
let context: AudioContext | undefined;

export function playOfferSound(): void {
  if (typeof AudioContext === "undefined") return;
  try {
    context ??= new AudioContext();
    void context.resume().catch(() => undefined);
    tone(context, 659.25, 0);
    tone(context, 880, 0.16);
  } catch {
    // Without a sound device the card and the announcement remain.
  }
}

function tone(audio: AudioContext, frequency: number, after: number): void {
  const start = audio.currentTime + after;
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.18, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, start + 0.32);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.34);
}
