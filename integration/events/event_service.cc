#include "integration/events/event_service.h"

#include <atomic>
#include <charconv>
#include <memory>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::events {
namespace {

constexpr size_t kMostInMessage = 100;
constexpr size_t kMostStreams = 100;

using Stream = rpc::ServerStream<v1::StreamEventsResponse>;

// A call of StreamEvents. The stream itself holds at most one message; what the reader has not
// asked for stays in the journal.
class StreamConsumer : public Consumer {
 public:
  StreamConsumer(Shard& shard, Stream stream) : shard_(shard), stream_(std::move(stream)) {}

  size_t room() override { return stream_.writable() ? kMostInMessage : 0; }
  void Take(std::vector<PublishedPtr> events, uint64_t position) override {
    v1::StreamEventsResponse response;
    for (const PublishedPtr& event : events) *response.add_events() = event->event;
    response.set_position(fmt::format("{}", position));
    WriteTimestamp(shard_.now(), response.mutable_time());
    stream_.Write(response);
  }
  void End(const absl::Status& status) override { stream_.Finish(status); }

  const Stream& stream() const { return stream_; }

 private:
  Shard& shard_;
  const Stream stream_;
};

Filter FilterOf(const v1::StreamEventsRequest& request) {
  Filter filter;
  filter.type_prefixes.assign(request.type_prefixes().begin(), request.type_prefixes().end());
  filter.queues.assign(request.queues().begin(), request.queues().end());
  filter.contact = request.contact();
  return filter;
}

}  // namespace

absl::StatusOr<std::optional<uint64_t>> ReadPosition(const std::string& position,
                                                     std::string_view field) {
  if (position.empty()) return std::nullopt;
  uint64_t sequence = 0;
  const char* end = position.data() + position.size();
  const auto [read_to, error] = std::from_chars(position.data(), end, sequence);
  if (error == std::errc() && read_to == end) return sequence;
  return RefuseField(field, fmt::format("{} is no position", Quoted(position)),
                     "the position of the last message, or \"0\" for the beginning");
}

void RegisterEventService(rpc::MethodTable& table, Shard& shard, Hub& hub) {
  using rpc::Role;
  const rpc::Access access = rpc::Access::Of({Role::kAdmin, Role::kIntegration});
  auto open = std::make_shared<std::atomic<size_t>>(0);
  table.ServerStreaming<v1::StreamEventsRequest, v1::StreamEventsResponse>(
      "wissel.v1.EventService.StreamEvents", access,
      [&shard, &hub, open](const rpc::Context&, const v1::StreamEventsRequest& request,
                           Stream stream) {
        const auto after = ReadPosition(request.after(), "after");
        if (!after.ok()) return stream.Finish(after.status());
        Filter filter = FilterOf(request);
        const absl::Status right = CheckFilter(filter, *shard.directory(), "");
        if (!right.ok()) return stream.Finish(right);
        if (open->fetch_add(1) >= kMostStreams) {
          --*open;
          return stream.Finish(absl::ResourceExhaustedError(
              fmt::format("{} streams of events are open already", kMostStreams)));
        }
        auto consumer = std::make_shared<StreamConsumer>(shard, std::move(stream));
        hub.Subscribe(consumer, *after, std::move(filter));
        // After it, so that a stream that has closed already leaves after it came. Weak, for the
        // consumer has the stream, and the stream these.
        consumer->stream().SetCallbacks([&hub] { hub.Wake(); },
                                        [&hub, open, weak = std::weak_ptr(consumer)] {
                                          --*open;
                                          if (auto consumer = weak.lock())
                                            hub.Leave(std::move(consumer));
                                        });
      });
  table.Unary<v1::ListEventTypesRequest, v1::ListEventTypesResponse>(
      "wissel.v1.EventService.ListEventTypes", access,
      [](const rpc::Context&, const v1::ListEventTypesRequest&,
         rpc::Reply<v1::ListEventTypesResponse> reply) {
        v1::ListEventTypesResponse response;
        for (const TypeWords& words : Vocabulary()) {
          v1::EventType* type = response.add_event_types();
          type->set_type(std::string(words.type));
          type->set_description(std::string(words.description));
        }
        reply(std::move(response));
      });
}

}  // namespace wissel::events
