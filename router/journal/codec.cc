#include "router/journal/codec.h"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "fmt/format.h"
#include "router/journal/field_codec.h"

namespace wissel {
namespace {

constexpr int kEventsField = 1;
constexpr int kKindField = 1;
constexpr int kAtField = 2;
constexpr int kBodyField = 3;

absl::Status Unreadable(std::string message) { return absl::DataLossError(message); }

template <size_t kKind>
bool ReadBody(std::string_view bytes, EventBody& body) {
  return wire::ReadStruct(bytes, body.emplace<kKind>(), 0);
}

using BodyReader = bool (*)(std::string_view, EventBody&);
constexpr auto kBodyReaders = []<size_t... kKinds>(std::index_sequence<kKinds...>) {
  return std::array<BodyReader, sizeof...(kKinds)>{&ReadBody<kKinds>...};
}
(std::make_index_sequence<std::variant_size_v<EventBody>>());

absl::Status DecodeEvent(std::string_view bytes, Event& event) {
  std::optional<uint64_t> kind;
  std::string_view body;
  wire::Reader reader(bytes);
  while (!reader.done()) {
    int number;
    wire::Type type;
    bool good = reader.Tag(number, type);
    if (good && number == kKindField) {
      good = wire::ReadField(reader, type, kind, 0);
    } else if (good && number == kAtField) {
      good = wire::ReadField(reader, type, event.at, 0);
    } else if (good && number == kBodyField) {
      good = type == wire::Type::kBytes && reader.Bytes(body);
    } else if (good) {
      good = reader.Skip(type);
    }
    if (!good) return Unreadable("an event is not readable");
  }
  if (!kind) return Unreadable("an event has no kind");
  if (*kind >= kBodyReaders.size())
    return Unreadable(
        fmt::format("an event is of kind {}, which this version does not know", *kind));
  if (!kBodyReaders[*kind](body, event.body))
    return Unreadable(fmt::format("the body of an event of kind {} is not readable", *kind));
  return absl::OkStatus();
}

}  // namespace

void AppendEvent(std::string& batch, const Event& event) {
  wire::Writer writer(batch);
  writer.Tag(kEventsField, wire::Type::kBytes);
  writer.Nested([&] {
    wire::WriteField(writer, kKindField, static_cast<uint32_t>(event.body.index()));
    wire::WriteField(writer, kAtField, event.at);
    writer.Tag(kBodyField, wire::Type::kBytes);
    writer.Nested([&] {
      std::visit([&](const auto& body) { wire::WriteStruct(writer, body); }, event.body);
    });
  });
}

absl::StatusOr<std::vector<Event>> DecodeBatch(std::string_view batch) {
  std::vector<Event> events;
  wire::Reader reader(batch);
  while (!reader.done()) {
    int number;
    wire::Type type;
    if (!reader.Tag(number, type)) return Unreadable("a batch is not readable");
    if (number != kEventsField) {
      if (!reader.Skip(type)) return Unreadable("a batch is not readable");
      continue;
    }
    std::string_view bytes;
    if (type != wire::Type::kBytes || !reader.Bytes(bytes))
      return Unreadable("a batch is not readable");
    if (absl::Status status = DecodeEvent(bytes, events.emplace_back()); !status.ok())
      return status;
  }
  return events;
}

std::string EncodeState(const SavedState& state) {
  std::string bytes;
  wire::Writer writer(bytes);
  wire::WriteStruct(writer, state);
  return bytes;
}

absl::StatusOr<SavedState> DecodeState(std::string_view bytes) {
  SavedState state;
  if (!wire::ReadStruct(bytes, state, 0)) return Unreadable("a saved state is not readable");
  return state;
}

}  // namespace wissel
