// What went wrong, as the pages say it: a key of the catalogues for the kind, and the server's own
// sentence (English) for the particulars.
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorDetailSchema } from "../gen/wissel/v1/common_pb";
import type { MessageKey } from "./i18n.svelte";

export interface Problem {
  key: MessageKey;
  sentence: string;
  right: string;
  /** Path of the request's field at fault; empty: no single one. */
  field: string;
}

const kKeys: Partial<Record<Code, MessageKey>> = {
  [Code.InvalidArgument]: "error.invalid",
  [Code.NotFound]: "error.notFound",
  [Code.AlreadyExists]: "error.refused",
  [Code.PermissionDenied]: "error.permission",
  [Code.Unauthenticated]: "error.signedOut",
  [Code.FailedPrecondition]: "error.refused",
  [Code.Aborted]: "error.tooLate",
  [Code.ResourceExhausted]: "error.busy",
  [Code.Unavailable]: "error.connection",
  [Code.DeadlineExceeded]: "error.connection",
};

export function problemOf(reason: unknown): Problem {
  const error = ConnectError.from(reason, Code.Unavailable);
  const detail = error.findDetails(ErrorDetailSchema)[0];
  const key = isOutage(error) ? "error.connection" : (kKeys[error.code] ?? "error.other");
  return {
    key,
    sentence: key === "error.connection" ? "" : error.rawMessage,
    right: detail?.right ?? "",
    field: detail?.field ?? "",
  };
}

export function codeOf(reason: unknown): Code {
  return ConnectError.from(reason, Code.Unavailable).code;
}

/** Whether the same call may well succeed a moment later. */
export function isOutage(reason: unknown): boolean {
  const error = ConnectError.from(reason, Code.Unavailable);
  switch (error.code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
    case Code.ResourceExhausted:
      return true;
    case Code.Unknown:
    case Code.Internal:
      // A browser reports a broken connection as an error of fetch, without a status.
      return true;
    default:
      return false;
  }
}
