// How long an offer stands, counted against the server's clock.
import type { Offer } from "../gen/wissel/v1/agent_pb";
import { msOf } from "../lib/time";

export function secondsLeft(offer: Offer, now: number): number {
  const deadline = msOf(offer.deadline) ?? now;
  return Math.max(0, Math.ceil((deadline - now) / 1000));
}

/** 1 when it was just made, 0 when it lapses. */
export function shareLeft(offer: Offer, now: number): number {
  const from = msOf(offer.offerTime) ?? now;
  const to = msOf(offer.deadline) ?? now;
  if (to <= from) return 0;
  return Math.min(1, Math.max(0, (to - now) / (to - from)));
}

/** The offer that lapses first: the shortcuts mean this one. */
export function mostUrgent(offers: readonly Offer[]): Offer | undefined {
  return [...offers].sort((a, b) => (msOf(a.deadline) ?? 0) - (msOf(b.deadline) ?? 0))[0];
}
