#include "channels/chat/uploads.h"

#include <utility>

#include "base/status.h"
#include "channels/chat/file_rules.h"
#include "channels/contacts/text_rules.h"
#include "fmt/format.h"

namespace wissel::chat {

absl::Status Uploads::Check(const FilePiece& piece) const {
  if (largest_file_ == 0) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "", "this center takes no files");
  }
  if (piece.upload.empty()) {
    return RefuseField("piece.upload", "the upload has no id", "1 to 64 characters, as a UUID");
  }
  WISSEL_RETURN_IF_ERROR(contacts::CheckRequestId(piece.upload, "piece.upload"));
  WISSEL_RETURN_IF_ERROR(CheckFileName(piece.file_name, "piece.fileName"));
  WISSEL_RETURN_IF_ERROR(MediaTypeOf(piece.file_name, "piece.fileName").status());
  if (piece.size < 1 || piece.size > largest_file_) {
    return RefuseField("piece.sizeBytes", fmt::format("the file has {} bytes", piece.size),
                       fmt::format("1 to {} bytes", largest_file_));
  }
  const auto length = static_cast<int64_t>(piece.content.size());
  if (length < 1 || length > kLargestPiece) {
    return RefuseField("piece.content", fmt::format("the piece has {} bytes", length),
                       fmt::format("1 to {} bytes", kLargestPiece));
  }
  if (piece.offset < 0 || piece.offset > piece.size - length) {
    return RefuseField("piece.offset", "the piece is not within the file",
                       "from 0, and not beyond sizeBytes");
  }
  return absl::OkStatus();
}

absl::StatusOr<Uploads::Taken> Uploads::Take(const std::string& whose, const FilePiece& piece,
                                             Instant now) {
  WISSEL_RETURN_IF_ERROR(Check(piece));
  if (piece.offset == 0) {
    WISSEL_RETURN_IF_ERROR(CheckFileBytes(piece.file_name, piece.content, "piece.content"));
    Drop(whose);
    uploads_[whose] = {piece.upload, piece.file_name, piece.size, "", now};
  }
  const auto it = uploads_.find(whose);
  const bool known = it != uploads_.end() && it->second.id == piece.upload &&
                     it->second.file_name == piece.file_name && it->second.size == piece.size &&
                     piece.offset <= static_cast<int64_t>(it->second.bytes.size());
  if (!known) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "piece.offset",
                  "what comes before this piece is not known", "the file from its beginning");
  }
  Upload& upload = it->second;
  const auto length = static_cast<int64_t>(piece.content.size());
  if (piece.offset < static_cast<int64_t>(upload.bytes.size())) {
    return Taken{static_cast<int64_t>(upload.bytes.size()), std::nullopt};
  }
  if (under_way_ + length > kMostUnderWay) {
    DropOld(now);
    if (under_way_ + length > kMostUnderWay) {
      Drop(whose);
      return absl::ResourceExhaustedError("too many files are being sent; try again in a minute");
    }
    if (!uploads_.contains(whose)) return absl::AbortedError("the file took too long");
  }
  upload.bytes += piece.content;
  under_way_ += length;
  Taken taken{static_cast<int64_t>(upload.bytes.size()), std::nullopt};
  if (taken.next_offset < upload.size) return taken;
  const absl::Status agrees = CheckFileBytes(upload.file_name, upload.bytes, "piece.content");
  if (agrees.ok()) {
    taken.whole = contacts::NewAttachment{
        upload.file_name, std::string(*MediaTypeOf(upload.file_name, "piece.fileName")),
        std::move(upload.bytes)};
    upload.bytes.clear();
    under_way_ -= taken.next_offset;
  }
  Drop(whose);
  if (!agrees.ok()) return agrees;
  return taken;
}

void Uploads::Drop(const std::string& whose) {
  const auto it = uploads_.find(whose);
  if (it == uploads_.end()) return;
  under_way_ -= static_cast<int64_t>(it->second.bytes.size());
  uploads_.erase(it);
}

void Uploads::DropAllOf(const std::string& conversation) {
  const std::string begin = conversation + " ";
  for (auto it = uploads_.lower_bound(begin); it != uploads_.end() && it->first.starts_with(begin);
       it = uploads_.lower_bound(begin)) {
    Drop(it->first);
  }
}

void Uploads::DropOld(Instant now) {
  for (auto it = uploads_.begin(); it != uploads_.end();) {
    const auto old = it++;
    if (old->second.begun + kUploadMayTake <= now) Drop(old->first);
  }
}

}  // namespace wissel::chat
