// The contact store over a real SQLite file.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <future>

#include "base/status.h"
#include "channels/chat/contact_store.h"

namespace wissel::chat {
namespace {

class ContactStoreTest : public ::testing::Test {
 protected:
  ContactStoreTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("wissel-") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Open();
  }
  ~ContactStoreTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    store_.reset();
    auto store = ContactStore::Open((folder_ / "contacts.db").string());
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  // Asks and waits for the answer.
  template <class T, class Ask>
  absl::StatusOr<T> Wait(Ask ask) {
    std::promise<absl::StatusOr<T>> promise;
    ask([&](absl::StatusOr<T> answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  absl::StatusOr<ContactStore::Started> Start(NewChat chat) {
    return Wait<ContactStore::Started>([&](auto done) { store_->Start(chat, done); });
  }
  absl::StatusOr<ContactStore::Appended> Append(NewMessage message) {
    return Wait<ContactStore::Appended>([&](auto done) { store_->Append(message, done); });
  }
  std::optional<Chat> Load(const std::string& chat) {
    return *Wait<std::optional<Chat>>([&](auto done) { store_->Load(chat, done); });
  }
  std::vector<Chat> Live() {
    return *Wait<std::vector<Chat>>([&](auto done) { store_->LoadLive(done); });
  }

  static NewChat Chat1(const std::string& request_hash = "") {
    NewChat start;
    start.chat.id = "one";
    start.chat.secret_hash = std::string("h\0h", 3);
    start.chat.queue = "tax";
    start.chat.display_name = "Ren\xc3\xa9";
    start.chat.language = "fr";
    start.chat.started = Instant::FromMillis(1000);
    start.first_message =
        Message{0, Author::kCustomer, "Ren\xc3\xa9", "bonjour", Instant::FromMillis(1000)};
    start.request_hash = request_hash;
    start.fingerprint = UINT64_MAX - 1;
    start.sealed_secret = "sealed";
    return start;
  }
  static NewMessage Text(const std::string& text, const std::string& request_id = "",
                         Author author = Author::kCustomer) {
    NewMessage message;
    message.chat = "one";
    message.message = {0, author, "", text, Instant::FromMillis(2000)};
    message.request_id = request_id;
    message.fingerprint = std::hash<std::string>()(text);
    return message;
  }

  std::filesystem::path folder_;
  std::unique_ptr<ContactStore> store_;
};

TEST_F(ContactStoreTest, KeepsAConversationOverARestart) {
  ASSERT_TRUE(Start(Chat1()).ok());
  store_->SetItem("one", ItemId(7));
  EXPECT_EQ(Append(Text("second"))->message.number, 2);
  Open();
  const std::vector<Chat> live = Live();
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0].id, "one");
  EXPECT_EQ(live[0].secret_hash, std::string("h\0h", 3));
  EXPECT_EQ(live[0].display_name, "Ren\xc3\xa9");
  EXPECT_EQ(live[0].item, ItemId(7));
  EXPECT_EQ(live[0].ended, std::nullopt);
  ASSERT_EQ(live[0].messages.size(), 2u);
  EXPECT_EQ(live[0].messages[0].text, "bonjour");
  EXPECT_EQ(live[0].messages[1].text, "second");
  EXPECT_EQ(live[0].messages[1].time, Instant::FromMillis(2000));

  ASSERT_TRUE(Wait<bool>([&](auto done) {
                store_->End("one", Instant::FromMillis(3000), "anna", done);
              }).ok());
  Open();
  EXPECT_TRUE(Live().empty());
  const auto ended =
      *Wait<std::optional<Chat>>([&](auto done) { store_->LoadOfItem(ItemId(7), done); });
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->ended, Instant::FromMillis(3000));
  EXPECT_EQ(ended->agent, "anna");
  EXPECT_EQ(Load("two"), std::nullopt);
}

TEST_F(ContactStoreTest, NumbersMessagesInTheOrderInWhichTheyCame) {
  ASSERT_TRUE(Start(Chat1()).ok());
  std::vector<std::promise<int64_t>> numbers(500);
  for (size_t i = 0; i < numbers.size(); ++i) {
    store_->Append(Text("m" + std::to_string(i)),
                   [&numbers, i](absl::StatusOr<ContactStore::Appended> appended) {
                     numbers[i].set_value(appended->message.number);
                   });
  }
  for (size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(numbers[i].get_future().get(), static_cast<int64_t>(i) + 2);
  }
  const std::vector<Message> messages = Load("one")->messages;
  for (size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(messages[i + 1].text, "m" + std::to_string(i));
  }
}

TEST_F(ContactStoreTest, AnswersARepeatedMessageAsTheFirst) {
  ASSERT_TRUE(Start(Chat1()).ok());
  EXPECT_EQ(Append(Text("hello", "r1"))->message.number, 2);
  NewMessage late = Text("hello", "r1");
  late.may_add = absl::FailedPreconditionError("ended");
  auto again = Append(late);
  ASSERT_TRUE(again.ok()) << "what was taken stays taken, after the end too";
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->message.number, 2);
  EXPECT_EQ(again->message.text, "hello");

  const auto other = Append(Text("other", "r1"));
  EXPECT_EQ(other.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldAtFault(other.status()), "requestId");
  EXPECT_EQ(Append(Text("agent's", "r1", Author::kAgent))->message.number, 3);
  late.request_id = "r2";
  EXPECT_EQ(Append(late).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Load("one")->messages.size(), 3u);
}

TEST_F(ContactStoreTest, AnswersARepeatedStartForTenMinutes) {
  ASSERT_TRUE(Start(Chat1("rh")).ok());
  NewChat again = Chat1("rh");
  again.chat.id = "two";
  again.chat.started = Instant::FromMillis(1000) + Duration::Minutes(10);
  auto repeated = Start(again);
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  EXPECT_TRUE(repeated->repeated);
  EXPECT_EQ(repeated->chat.id, "one");
  EXPECT_EQ(repeated->sealed_secret, "sealed");
  EXPECT_EQ(repeated->chat.messages.size(), 1u);

  again.fingerprint = 1;
  EXPECT_EQ(Start(again).status().code(), absl::StatusCode::kInvalidArgument);
  again = Chat1("rh");
  again.chat.started = again.chat.started + Duration::Minutes(11);
  EXPECT_EQ(Start(again).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Live().size(), 1u);
}

TEST_F(ContactStoreTest, ForgetsWhatNeverWas) {
  ASSERT_TRUE(Start(Chat1("rh")).ok());
  ASSERT_TRUE(Wait<bool>([&](auto done) { store_->Forget("one", done); }).ok());
  EXPECT_EQ(Load("one"), std::nullopt);
  EXPECT_FALSE(Start(Chat1("rh"))->repeated);
}

// Another process holds the write lock: nothing is written, nothing stops, and it heals by itself.
TEST_F(ContactStoreTest, ADatabaseThatIsLockedIsUnavailable) {
  ASSERT_TRUE(Start(Chat1()).ok());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / "contacts.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(Append(Text("hello")).status().code(), absl::StatusCode::kUnavailable);
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(Append(Text("hello"))->message.number, 2);
}

TEST_F(ContactStoreTest, AnswersAfterItsEnd) {
  store_->Close();
  EXPECT_EQ(Append(Text("hello")).status().code(), absl::StatusCode::kUnavailable);
}

TEST(ContactStoreFile, MustBeADatabase) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "wissel-no-database";
  FILE* file = std::fopen(path.c_str(), "w");
  std::fputs(
      "this is a text of more than a hundred characters, which is certainly no database of "
      "any kind that there is in this world of ours\n",
      file);
  std::fclose(file);
  EXPECT_EQ(ContactStore::Open(path.string()).status().code(), absl::StatusCode::kDataLoss);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace wissel::chat
