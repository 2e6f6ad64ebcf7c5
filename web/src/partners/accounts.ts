// The figures of partners who share a queue, as the page shows them. Plain sums over what the engine
// counted; a decision has `decisionParts` parts.
import type { PartnerAccount, PartnerAccounts, PartnerSettlement } from "../gen/wissel/v1/partner_pb";

export interface Sum {
  taken: number;
  inTime: number;
}

export const decisions = (parts: bigint, of: number): number => (of === 0 ? 0 : Number(parts) / of);

/** Of what all partners took; undefined while nothing was. */
export function shareTaken(account: PartnerAccount, all: readonly PartnerAccount[]): number | undefined {
  const sum = all.reduce((taken, each) => taken + Number(each.taken), 0);
  return sum === 0 ? undefined : Number(account.taken) / sum;
}

export function inTimeShare({ taken, inTime }: Sum): number | undefined {
  return taken === 0 ? undefined : inTime / taken;
}

/** What each partner took in these settlements and in the running interval, by partner. */
export function sumsOf(
  running: PartnerAccounts,
  settled: readonly PartnerSettlement[],
): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { accounts } of [running, ...settled]) {
    for (const { partner, taken, takenInTime } of accounts) {
      const sum = sums.get(partner) ?? { taken: 0, inTime: 0 };
      sum.taken += Number(taken);
      sum.inTime += Number(takenInTime);
      sums.set(partner, sum);
    }
  }
  return sums;
}

export const totalOf = (sums: ReadonlyMap<string, Sum>): number =>
  [...sums.values()].reduce((total, { taken }) => total + taken, 0);
