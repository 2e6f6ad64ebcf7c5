// A file on its way into a conversation: in pieces that the server takes from anybody, one after the other.
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorDetailSchema } from "../gen/wissel/v1/common_pb";
import type { ChatFileRules, ChatMessage, UploadChatFileResponse } from "../gen/wissel/v1/chat_pb";
import { fileSize } from "./format";
import { t } from "./i18n.svelte";
import { withRetry } from "./retry";

const kPieceBytes = 44 << 10;

export interface FilePiece {
  upload: string;
  fileName: string;
  sizeBytes: bigint;
  offset: bigint;
  content: Uint8Array;
}

export type TakePiece = (piece: FilePiece) => Promise<UploadChatFileResponse>;

/** `upload` is the request's id: sent again under it, the file is one message. `progress` hears 0 to 1. */
export async function uploadFile(
  file: File,
  upload: string,
  take: TakePiece,
  progress: (part: number) => void,
): Promise<ChatMessage> {
  let again = true;
  for (let offset = 0; ; ) {
    const content = new Uint8Array(await file.slice(offset, offset + kPieceBytes).arrayBuffer());
    const piece = { upload, fileName: file.name, sizeBytes: BigInt(file.size), offset: BigInt(offset), content };
    try {
      const { nextOffset, message } = await withRetry(() => take(piece));
      if (message) return message;
      offset = Number(nextOffset);
    } catch (reason) {
      // The server has been restarted in between, and knows nothing of the first pieces.
      if (!again || offset === 0 || fieldOf(reason) !== "piece.offset") throw reason;
      again = false;
      offset = 0;
    }
    progress(offset / file.size);
  }
}

/** Why it cannot be sent, as far as that is seen here; empty: nothing speaks against it. */
export function troubleBefore(file: File, rules: ChatFileRules): string {
  const name = file.name.toLowerCase();
  if (!rules.endings.some((ending) => name.endsWith(ending))) return kindTrouble();
  if (file.size === 0) return t("chat.fileEmpty");
  if (file.size > Number(rules.largestBytes)) return sizeTrouble(rules);
  return "";
}

/** Why the server did not take it. */
export function troubleAfter(reason: unknown, rules: ChatFileRules): string {
  const { code } = ConnectError.from(reason, Code.Unavailable);
  switch (fieldOf(reason)) {
    case "piece.fileName":
      return kindTrouble();
    case "piece.sizeBytes":
      return sizeTrouble(rules);
    case "piece.content":
      return t("chat.fileDiffers");
    case "piece":
      return t("chat.fileCount");
  }
  return code === Code.ResourceExhausted ? t("chat.fileSoon") : "";
}

const kindTrouble = () => t("chat.fileKind");
const sizeTrouble = (rules: ChatFileRules) => t("chat.fileSize", { size: fileSize(Number(rules.largestBytes)) });

function fieldOf(reason: unknown): string {
  const error = ConnectError.from(reason, Code.Unavailable);
  return error.findDetails(ErrorDetailSchema)[0]?.field ?? "";
}
