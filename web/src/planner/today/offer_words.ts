// What the states of an offer are called.
import { ShiftOffer_State as State } from "../../gen/wissel/v1/day_pb";
import type { MessageKey } from "../../lib/i18n.svelte";

export const kOfferStates: Record<State, MessageKey> = {
  [State.STATE_UNSPECIFIED]: "offer.open",
  [State.OPEN]: "offer.open",
  [State.FILLED]: "offer.filled",
  [State.EXPIRED]: "offer.expired",
  [State.WITHDRAWN]: "offer.withdrawn",
};
