// Every kind of event that the engine records is published, or internal on purpose; and the types
// are those of the documentation.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "integration/events/publisher.h"

namespace wissel::events {
namespace {

template <size_t... Kinds>
std::vector<Event> OneOfEach(std::index_sequence<Kinds...>) {
  return {Event(Instant(), EventBody(std::in_place_index<Kinds>))...};
}
const std::vector<Event> kOneOfEach =
    OneOfEach(std::make_index_sequence<std::variant_size_v<EventBody>>());

TEST(Vocabulary, HasATypeOrAReasonForEveryKindOfEvent) {
  std::set<EventType> types;
  for (const Event& event : kOneOfEach) {
    const Fate fate = FateOf(event);
    EXPECT_NE(fate.type.has_value(), !fate.internal_because.empty()) << event.body.index();
    if (fate.type) {
      EXPECT_TRUE(types.insert(*fate.type).second) << TypeName(*fate.type);
    }
  }
  // One kind has two types.
  PresenceChanged gone;
  gone.presence = Presence::kOffline;
  types.insert(*FateOf(Event(Instant(), gone)).type);
  EXPECT_EQ(types.size(), kEventTypes);
}

TEST(Vocabulary, NamesAreWellFormedAndApart) {
  std::set<std::string_view> seen;
  for (const TypeWords& words : Vocabulary()) {
    EXPECT_TRUE(seen.insert(words.type).second) << words.type;
    EXPECT_TRUE(words.type.starts_with("wissel.") && words.type.ends_with(".v1")) << words.type;
    EXPECT_EQ(words.type.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.1"), std::string::npos);
    EXPECT_TRUE(words.description.ends_with('.')) << words.type;
  }
}

TEST(Vocabulary, IsDocumented) {
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  ASSERT_NE(source, nullptr);
  std::ifstream file(std::string(source) + "/docs/EVENTS.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const TypeWords& words : Vocabulary()) {
    const std::string short_name(words.type.substr(7, words.type.size() - 10));
    EXPECT_NE(text.str().find("`" + short_name + "`"), std::string::npos) << words.type;
  }
}

TEST(Publisher, TellsAWorkItemWithWhatIsKnownOfIt) {
  Publisher publisher("/here", Book());
  const auto at = [](int64_t seconds) {
    return Instant::FromMillis(1'772'442'000'000 + seconds * 1000);
  };
  QueueConfig tax;
  tax.name = "tax";
  QueueConfig family;
  family.name = "family";
  AgentConfig anna;
  anna.name = "anna";
  EXPECT_EQ(publisher.Publish(1, {at(0), QueueConfigured{QueueId(1), tax}}), nullptr);
  EXPECT_EQ(publisher.Publish(2, {at(0), QueueConfigured{QueueId(2), family}}), nullptr);
  EXPECT_EQ(publisher.Publish(3, {at(0), AgentConfigured{AgentId(1), anna}}), nullptr);
  ItemEntered entered;
  entered.item = ItemId(7);
  entered.queue = QueueId(1);
  entered.channel = Channel::kChat;
  entered.contact = "chats/abc";
  entered.topic = "pension";
  entered.due = at(60);
  const v1::CloudEvent first = publisher.Publish(4, {at(1), entered})->event;
  EXPECT_EQ(first.spec_version(), "1.0");
  EXPECT_EQ(first.id(), "4");
  EXPECT_EQ(first.source(), "/here");
  EXPECT_EQ(first.type(), "wissel.work_item.entered.v1");
  EXPECT_EQ(first.subject(), "workItems/7");
  EXPECT_EQ(first.time().seconds(), 1'772'442'001);
  EXPECT_EQ(first.data_content_type(), "application/json");
  EXPECT_EQ(first.data().queue(), "queues/tax");
  EXPECT_EQ(first.data().channel(), v1::CHAT);
  EXPECT_EQ(first.data().contact(), "chats/abc");
  EXPECT_EQ(first.data().topic(), "pension");
  EXPECT_EQ(first.data().due_time().seconds(), 1'772'442'060);

  ItemTransferred moved;
  moved.item = ItemId(7);
  moved.from = AgentId(1);
  moved.to_queue = QueueId(2);
  const v1::CloudEvent second = publisher.Publish(5, {at(2), moved})->event;
  EXPECT_EQ(second.data().queue(), "queues/tax") << "where it was";
  EXPECT_EQ(second.data().to_queue(), "queues/family");
  EXPECT_EQ(second.data().agent(), "agents/anna");
  ItemCompleted done;
  done.item = ItemId(7);
  done.agent = AgentId(1);
  done.reason_codes = {"solved"};
  const v1::CloudEvent third = publisher.Publish(6, {at(3), done})->event;
  EXPECT_EQ(third.data().queue(), "queues/family") << "where it is";
  EXPECT_EQ(third.data().cause(), "by_agent");
  EXPECT_EQ(third.data().reason_codes(0), "solved");
  EXPECT_EQ(publisher.book().items(), 0u);
}

}  // namespace
}  // namespace wissel::events
