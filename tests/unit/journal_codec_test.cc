#include <rapidcheck.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "gtest/gtest.h"
#include "router/journal/codec.h"
#include "router/journal/field_codec.h"

namespace wissel {
namespace {

// Fills any value that has a field list with arbitrary contents; trees end after a few levels.
class Filler {
 public:
  template <class T>
  void Fill(T& value) {
    if constexpr (std::is_same_v<T, Instant>) {
      value = Instant::FromMillis(*rc::gen::arbitrary<int64_t>());
    } else if constexpr (std::is_same_v<T, Duration>) {
      value = Duration::Millis(*rc::gen::arbitrary<int64_t>());
    } else if constexpr (wire::IsStrongId<T>::value) {
      value = T(*rc::gen::arbitrary<typename T::Value>());
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(*rc::gen::arbitrary<std::underlying_type_t<T>>());
    } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, std::string>) {
      value = *rc::gen::arbitrary<T>();
    } else if constexpr (wire::IsOptional<T>::value) {
      value.reset();
      if (depth_ < 5 && *rc::gen::arbitrary<bool>()) Fill(value.emplace());
    } else if constexpr (wire::IsVector<T>::value) {
      value.clear();
      const int size = depth_ < 5 ? *rc::gen::inRange(0, 3) : 0;
      for (int i = 0; i < size; ++i) Fill(value.emplace_back());
    } else {
      ++depth_;
      T::Fields(value, [this](int, const char*, auto& field) { Fill(field); });
      --depth_;
    }
  }

 private:
  int depth_ = 0;
};

uint64_t DigestOfEvent(const Event& event) {
  Digest digest;
  digest.Add(event.at);
  std::visit([&](const auto& body) { digest.Add(body); }, event.body);
  return digest.value();
}

template <size_t kKind>
Event ArbitraryOfKind() {
  Event event;
  Filler filler;
  filler.Fill(event.at);
  filler.Fill(event.body.emplace<kKind>());
  return event;
}

template <size_t... kKinds>
void ForEachKind(std::index_sequence<kKinds...>, auto&& check) {
  (check.template operator()<kKinds>(), ...);
}
constexpr auto kAllKinds = std::make_index_sequence<std::variant_size_v<EventBody>>();

std::vector<Event> ArbitraryOfEveryKind() {
  std::vector<Event> events;
  ForEachKind(kAllKinds, [&]<size_t kKind>() { events.push_back(ArbitraryOfKind<kKind>()); });
  return events;
}

TEST(Codec, ReadsBackEveryKindOfEvent) {
  ForEachKind(kAllKinds, []<size_t kKind>() {
    const bool good = rc::check([] {
      const Event event = ArbitraryOfKind<kKind>();
      std::string batch;
      AppendEvent(batch, event);
      const auto read = DecodeBatch(batch);
      RC_ASSERT(read.ok());
      RC_ASSERT(read->size() == 1u);
      RC_ASSERT(read->front().body.index() == kKind);
      RC_ASSERT(DigestOfEvent(read->front()) == DigestOfEvent(event));
    });
    EXPECT_TRUE(good) << "kind " << kKind;
  });
}

TEST(Codec, ReadsBackABatchInOrder) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<Event> events = ArbitraryOfEveryKind();
    std::string batch;
    for (const Event& event : events) AppendEvent(batch, event);
    const auto read = DecodeBatch(batch);
    RC_ASSERT(read.ok());
    RC_ASSERT(read->size() == events.size());
    for (size_t i = 0; i < events.size(); ++i)
      RC_ASSERT(DigestOfEvent((*read)[i]) == DigestOfEvent(events[i]));
  }));
}

TEST(Codec, ReadsBackASavedState) {
  EXPECT_TRUE(rc::check([] {
    SavedState state;
    Filler().Fill(state);
    const auto read = DecodeState(EncodeState(state));
    RC_ASSERT(read.ok());
    RC_ASSERT(DigestOf(*read) == DigestOf(state));
  }));
}

TEST(Codec, TellsAbsentFromZero) {
  Event absent{Instant(), ItemKept{ItemId(1), AgentId(2), std::nullopt, 0}};
  Event zero{Instant(), ItemKept{ItemId(1), AgentId(2), Instant(), 0}};
  std::string batch;
  AppendEvent(batch, absent);
  AppendEvent(batch, zero);
  const auto read = DecodeBatch(batch);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(std::get<ItemKept>(read->at(0).body).until.has_value());
  EXPECT_EQ(std::get<ItemKept>(read->at(1).body).until, Instant());
}

TEST(Codec, WritesZerosAndEmptyListsWhereTheDefaultIsAnother) {
  QueueConfigured configured;
  configured.config.default_band = 0;
  configured.config.selection.clear();
  std::string batch;
  AppendEvent(batch, {Instant(), configured});
  const auto read = DecodeBatch(batch);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(std::get<QueueConfigured>(read->front().body).config, configured.config);
}

// A struct of a later version: the same fields and one more.
struct LaterStep {
  ItemId item;
  uint8_t step = 0;
  std::vector<Opening> more;
  static void Fields(auto&& self, auto&& f) {
    f(1, "item", self.item);
    f(2, "step", self.step);
    f(77, "more", self.more);
  }
};

TEST(Codec, SkipsFieldsThatItDoesNotKnowAndDefaultsThoseThatAreMissing) {
  std::string bytes;
  wire::Writer writer(bytes);
  wire::WriteStruct(writer, LaterStep{ItemId(9), 3, {Opening(), Opening()}});
  writer.Tag(78, wire::Type::kFixed32);
  bytes += "1234";
  writer.Tag(79, wire::Type::kFixed64);
  bytes += "12345678";
  StepReached known;
  ASSERT_TRUE(wire::ReadStruct(bytes, known, 0));
  EXPECT_EQ(known.item, ItemId(9));
  EXPECT_EQ(known.step, 3);

  ItemEntered entered;
  ASSERT_TRUE(wire::ReadStruct("", entered, 0));
  EXPECT_EQ(entered.band, 5);
}

TEST(Codec, IsProtobufsWireFormat) {
  // kind 21, at 1 ms, body {item: 300, step: 1}
  std::string batch;
  AppendEvent(batch, {Instant::FromMillis(1), StepReached{ItemId(300), 1}});
  EXPECT_EQ(batch, std::string("\x0a\x0b\x08\x15\x10\x02\x1a\x05\x08\xac\x02\x10\x01", 13));
}

TEST(Codec, RefusesAnEventFromTheFuture) {
  const auto read = DecodeBatch(std::string("\x0a\x04\x08\x7f\x10\x02", 6));
  EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(std::string(read.status().message()),
            "an event is of kind 127, which this version does not know");
}

TEST(Codec, RefusesNumbersThatDoNotFit) {
  uint8_t small;
  EXPECT_FALSE(wire::FromVarint(256, small));
  EXPECT_TRUE(wire::FromVarint(255, small));
  int32_t middle;
  EXPECT_FALSE(wire::FromVarint(wire::ZigZag(int64_t{1} << 31), middle));
  EXPECT_TRUE(wire::FromVarint(wire::ZigZag(-(int64_t{1} << 31)), middle));
  bool truth;
  EXPECT_FALSE(wire::FromVarint(2, truth));
}

TEST(Codec, RefusesATreeDeeperThanAnyHonestOne) {
  // A constraint in a constraint in a constraint ...
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) {
    std::string outer;
    wire::Writer writer(outer);
    writer.Tag(2, wire::Type::kBytes);
    writer.Varint(bytes.size());
    if (bytes.size() > 100'000) break;
    bytes = outer + bytes;
  }
  Constraint constraint;
  EXPECT_FALSE(wire::ReadStruct(bytes, constraint, 0));
}

std::string SampleBatch() {
  std::string batch;
  QueueConfigured queue{QueueId(1), {}};
  queue.config.name = "pensions";
  queue.config.reason_codes = {"answered", "called-back"};
  queue.config.hours = OpeningHours{"Europe/Brussels", {{31, {{540, 1020}}}}, {}};
  RequirementDefined requirement{RequirementId(1), {{{}, {}}}};
  requirement.requirement.steps[0].skills = {{SkillId(1), 3, false, 1}};
  requirement.requirement.steps[0].constraint = Constraint{
      Constraint::Kind::kAny, {{Constraint::Kind::kEquals, {}, "site", {"gent"}, 0}}, "", {}, 0};
  ItemEntered item{.item = ItemId(1), .queue = QueueId(1), .contact = "c-1"};
  item.preferred = {{AgentId(3), Duration::Seconds(30)}};
  for (EventBody body : std::vector<EventBody>{queue, requirement, item}) {
    AppendEvent(batch, {Instant::FromMillis(1795251620042), std::move(body)});
  }
  return batch;
}

TEST(Codec, AnyTruncationIsRefusedOrAWholeNumberOfEvents) {
  const std::string batch = SampleBatch();
  int whole = 0;
  for (size_t size = 0; size < batch.size(); ++size) {
    const auto read = DecodeBatch(std::string_view(batch).substr(0, size));
    if (read.ok()) {
      ++whole;
      std::string again;
      for (const Event& event : *read) AppendEvent(again, event);
      EXPECT_EQ(again, batch.substr(0, size));
    } else {
      EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_EQ(whole, 3);  // nothing, one event, two events
}

TEST(Codec, AnyFlippedBitIsReadOrRefusedNeverACrash) {
  const std::string batch = SampleBatch();
  for (size_t i = 0; i < batch.size() * 8; ++i) {
    std::string flipped = batch;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
    const auto read = DecodeBatch(flipped);
    if (!read.ok()) {
      EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
    }
  }
}

TEST(Codec, AnyBytesAreReadOrRefusedNeverACrash) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    (void)DecodeBatch(bytes);
    (void)DecodeState(bytes);
    ForEachKind(kAllKinds, [&]<size_t kKind>() {
      std::variant_alternative_t<kKind, EventBody> body;
      (void)wire::ReadStruct(bytes, body, 0);
    });
  }));
}

}  // namespace
}  // namespace wissel
