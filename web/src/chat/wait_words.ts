// How long it will be, as it is said to a customer: whole minutes, as the server rounds them.
import type { EstimatedWait } from "../gen/wissel/v1/common_pb";
import { spoken } from "../lib/format";
import { t } from "../lib/i18n.svelte";
import { spanMs } from "../lib/time";

const kMinuteMs = 60_000;

/** Empty where nothing honest can be said. */
export function waitInWords(wait: EstimatedWait | undefined): string {
  if (!wait) return "";
  const about = spanMs(wait.p50);
  const most = spanMs(wait.p80);
  if (most <= kMinuteMs) return t("chat.waitSoon");
  if (about < kMinuteMs) return t("chat.waitShort", { most: spoken(most) });
  if (about === most) return t("chat.waitSame", { about: spoken(about) });
  return t("chat.waitAbout", { about: spoken(about), most: spoken(most) });
}
