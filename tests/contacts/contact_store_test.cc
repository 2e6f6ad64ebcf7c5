// The contact store over real files: contacts, entries, attachments, drafts, keys and tokens.
#include <sqlite3.h>

#include "tests/contacts/store_testing.h"

namespace wissel::contacts {
namespace {

class ContactStoreTest : public testing::StoreTest {};
using testing::At;

TEST_F(ContactStoreTest, KeepsAContactOverARestart) {
  NewContact start = Chat();
  const std::string name = start.contact.name;
  start.contact.subject = "about my file";
  start.contact.fields = {{"number", "12"}};
  start.first_entry = Text("", "bonjour");
  start.first_entry->entry.headers = {{"Message-ID", "<1@example.org>"}};
  ASSERT_TRUE(Start(start).ok());
  store_->SetItem(name, ItemId(7));
  EXPECT_EQ(Append(Text(name, "second"))->entry.number, 2);
  Open();
  const std::vector<Contact> live = Live(Channel::kChat);
  ASSERT_EQ(live.size(), 1u);
  EXPECT_TRUE(Live(Channel::kEmail).empty());
  EXPECT_EQ(live[0].name, name);
  EXPECT_EQ(live[0].display_name, "Ren\xc3\xa9");
  EXPECT_EQ(live[0].subject, "about my file");
  EXPECT_EQ(live[0].fields, start.contact.fields);
  EXPECT_EQ(live[0].item, ItemId(7));
  EXPECT_EQ(live[0].ended, std::nullopt);
  ASSERT_EQ(live[0].entries.size(), 2u);
  EXPECT_EQ(live[0].entries[0].text, "bonjour");
  EXPECT_EQ(live[0].entries[0].headers, start.first_entry->entry.headers);
  EXPECT_EQ(live[0].entries[1].text, "second");
  EXPECT_EQ(live[0].entries[1].time, At(2));

  ASSERT_TRUE(*End(name, At(3), "anna"));
  EXPECT_FALSE(*End(name, At(4), "bert")) << "it has ended";
  Open();
  EXPECT_TRUE(Live(Channel::kChat).empty());
  const auto ended =
      *Wait<std::optional<Contact>>([&](auto done) { store_->LoadOfItem(ItemId(7), done); });
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->ended, At(3));
  EXPECT_EQ(ended->agent, "anna");
  EXPECT_EQ(Load(NewContactName(Channel::kChat)), std::nullopt);
}

// A mail's thread is answered, and goes on a week later.
TEST_F(ContactStoreTest, HasSeveralItemsOverTime) {
  const NewContact start = Mail("mia@example.org", "re", At(1));
  const std::string name = start.contact.name;
  ASSERT_TRUE(Start(start).ok());
  store_->SetItem(name, ItemId(7));
  ASSERT_TRUE(*End(name, At(3), "anna"));
  store_->SetItem(name, ItemId(9));
  EXPECT_EQ(Load(name)->ended, std::nullopt) << "under way again";
  EXPECT_EQ(Load(name)->item, ItemId(9));
  EXPECT_EQ(Load(name)->agent, "anna") << "who had it last";
  for (uint64_t item : {7, 9}) {
    const auto found =
        *Wait<std::optional<Contact>>([&](auto done) { store_->LoadOfItem(ItemId(item), done); });
    ASSERT_TRUE(found.has_value()) << item;
    EXPECT_EQ(found->name, name);
  }
}

TEST_F(ContactStoreTest, NumbersEntriesInTheOrderInWhichTheyCame) {
  const NewContact start = Chat();
  ASSERT_TRUE(Start(start).ok());
  std::vector<std::promise<int64_t>> numbers(500);
  for (size_t i = 0; i < numbers.size(); ++i) {
    store_->Append(Text(start.contact.name, "m" + std::to_string(i)),
                   [&numbers, i](absl::StatusOr<ContactStore::Appended> appended) {
                     numbers[i].set_value(appended->entry.number);
                   });
  }
  for (size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(numbers[i].get_future().get(), static_cast<int64_t>(i) + 1);
  }
  const std::vector<Entry> entries = Load(start.contact.name)->entries;
  for (size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(entries[i].text, "m" + std::to_string(i));
}

TEST_F(ContactStoreTest, AnswersARepeatedEntryAsTheFirst) {
  const NewContact start = Chat();
  const std::string& name = start.contact.name;
  ASSERT_TRUE(Start(start).ok());
  EXPECT_EQ(Append(Text(name, "hello", "r1"))->entry.number, 1);
  NewEntry late = Text(name, "hello", "r1");
  late.may_add = absl::FailedPreconditionError("ended");
  auto again = Append(late);
  ASSERT_TRUE(again.ok()) << "what was taken stays taken, after the end too";
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->entry.number, 1);
  EXPECT_EQ(again->entry.text, "hello");

  const auto other = Append(Text(name, "other", "r1"));
  EXPECT_EQ(other.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldAtFault(other.status()), "requestId");
  EXPECT_EQ(Append(Text(name, "agent's", "r1", Author::kAgent))->entry.number, 2);
  late.request_id = "r2";
  EXPECT_EQ(Append(late).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Load(name)->entries.size(), 2u);
  EXPECT_EQ(Append(Text(NewContactName(Channel::kChat), "x")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ContactStoreTest, AnswersARepeatedStartWhileItIsRepeatable) {
  NewContact start = Chat("Mia", "rh");
  start.repeatable = Duration::Minutes(10);
  start.first_entry = Text("", "hello");
  ASSERT_TRUE(Start(start).ok());
  NewContact again = start;
  again.contact.name = NewContactName(Channel::kChat);
  again.contact.started = start.contact.started + Duration::Minutes(10);
  auto repeated = Start(again);
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  EXPECT_TRUE(repeated->repeated);
  EXPECT_EQ(repeated->contact.name, start.contact.name);
  EXPECT_EQ(repeated->contact.entries.size(), 1u);

  again.fingerprint = 1;
  EXPECT_EQ(Start(again).status().code(), absl::StatusCode::kInvalidArgument);
  again.fingerprint = start.fingerprint;
  again.contact.started = start.contact.started + Duration::Minutes(11);
  EXPECT_EQ(Start(again).status().code(), absl::StatusCode::kAborted);
  again.repeatable.reset();
  again.contact.started = start.contact.started + Duration::Days(400);
  EXPECT_TRUE(Start(again)->repeated) << "a Message-ID is one mail for good";
  EXPECT_EQ(Live(Channel::kChat).size(), 1u);
}

TEST_F(ContactStoreTest, ForgetsWhatNeverWas) {
  NewContact start = Chat("Mia", "rh");
  start.addresses = {Phone("+3225550123")};
  start.keys = {"mid:<1@example.org>"};
  const std::string customer = Start(start)->contact.customer;
  EXPECT_EQ(FindByKey("mid:<1@example.org>"), start.contact.name);
  ASSERT_TRUE(*Forget(start.contact.name));
  EXPECT_FALSE(*Forget(start.contact.name));
  EXPECT_EQ(Load(start.contact.name), std::nullopt);
  EXPECT_EQ(*LoadCustomer(customer), std::nullopt) << "it alone had made her";
  EXPECT_EQ(*FindCustomer(Phone("+3225550123")), std::nullopt);
  EXPECT_EQ(FindByKey("mid:<1@example.org>"), std::nullopt);
  EXPECT_FALSE(Start(start)->repeated);

  NewContact second = Chat("Mia");
  second.addresses = start.addresses;
  const std::string known = Start(second)->contact.customer;
  ASSERT_TRUE(*Forget(second.contact.name));
  EXPECT_NE(*LoadCustomer(known), std::nullopt) << "the first one made her, and is there";
}

TEST_F(ContactStoreTest, IsFoundByKeysAndByTheLink) {
  NewContact start = Mail("mia@example.org", "re", At(1));
  const std::string& name = start.contact.name;
  start.keys = {"mid:<1@example.org>"};
  ASSERT_TRUE(Start(start).ok());
  NewEntry reply = Text(name, "thanks");
  reply.keys = {"mid:<2@example.org>", "ref:A-17"};
  ASSERT_TRUE(Append(reply).ok());
  const std::string token = store_->TrackingToken(name);
  EXPECT_EQ(token.size(), 22u);
  Open();
  for (const char* key : {"mid:<1@example.org>", "mid:<2@example.org>", "ref:A-17"}) {
    EXPECT_EQ(FindByKey(key), name) << key;
  }
  EXPECT_EQ(FindByKey("mid:<3@example.org>"), std::nullopt);
  EXPECT_EQ(store_->TrackingToken(name), token) << "the same after a restart";
  EXPECT_TRUE(store_->IsTrackingToken(token, name));
  EXPECT_FALSE(store_->IsTrackingToken(token, NewContactName(Channel::kEmail)));
  EXPECT_FALSE(store_->IsTrackingToken("", name));
  const auto find = [&](const std::string& text) {
    return *Wait<std::optional<std::string>>([&](auto done) { store_->FindByToken(text, done); });
  };
  EXPECT_EQ(find(token), name);
  EXPECT_EQ(find(NewToken()), std::nullopt);
  EXPECT_TRUE(testing::FilesWith(folder_, token).empty()) << "the file opens no link";
}

TEST_F(ContactStoreTest, KeepsAttachmentsOfAnySize) {
  const NewContact start = Mail("mia@example.org", "photos", At(1));
  const std::string& name = start.contact.name;
  ASSERT_TRUE(Start(start).ok());
  std::string large(3'000'000, '\0');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 + i / 4096);
  NewEntry mail = Text(name, "here they are");
  mail.attachments = {{"large.jpg", "image/jpeg", large}, {"none.txt", "text/plain", ""}};
  const auto staged = Stage(name, {"later.pdf", "application/pdf", std::string(65536, 'x')});
  ASSERT_TRUE(staged.ok());
  mail.staged = {*staged};
  ASSERT_TRUE(Append(mail).ok());
  Open();
  const std::vector<Attachment> attachments = Load(name)->entries[0].attachments;
  ASSERT_EQ(attachments.size(), 3u);
  EXPECT_EQ(attachments[0].file_name, "later.pdf");
  EXPECT_EQ(attachments[1].file_name, "large.jpg");
  EXPECT_EQ(attachments[1].media_type, "image/jpeg");
  EXPECT_EQ(attachments[1].size, 3'000'000);
  std::string read;
  for (;;) {
    const auto part = *Read(attachments[1].id, static_cast<int64_t>(read.size()));
    ASSERT_TRUE(part.has_value());
    EXPECT_EQ(part->contact, name);
    if (part->bytes.empty()) break;
    EXPECT_LE(part->bytes.size(), static_cast<size_t>(ContactStore::kLargestRead));
    read += part->bytes;
  }
  EXPECT_TRUE(read == large);
  EXPECT_EQ((*Read(attachments[1].id, 100'001))->bytes[0], large[100'001]);
  EXPECT_EQ((*Read(attachments[2].id))->bytes, "");
  EXPECT_EQ(*Read(NewToken()), std::nullopt);

  EXPECT_EQ(Append(mail).status().code(), absl::StatusCode::kNotFound) << "it has been sent";
  EXPECT_EQ(Load(name)->entries.size(), 1u) << "and nothing of the second came in";
}

TEST_F(ContactStoreTest, HasLimits) {
  const NewContact start = Mail("mia@example.org", "photos", At(1));
  const std::string& name = start.contact.name;
  ASSERT_TRUE(Start(start).ok());
  NewEntry mail = Text(name, "much");
  mail.attachments = {
      {"a", "", std::string(static_cast<size_t>(ContactStore::kLargestAttachment) + 1, 'x')}};
  EXPECT_EQ(FieldAtFault(Append(mail).status()), "attachments");
  mail.attachments.assign(51, {"a", "", "x"});
  EXPECT_EQ(FieldAtFault(Append(mail).status()), "attachments");
  mail.attachments = {{"a\xff", "", "x"}};
  EXPECT_EQ(FieldAtFault(Append(mail).status()), "fileName");
  EXPECT_TRUE(Load(name)->entries.empty());
}

TEST_F(ContactStoreTest, KeepsOneDraftForEachAgent) {
  const NewContact start = Mail("mia@example.org", "photos", At(1));
  const std::string& name = start.contact.name;
  ASSERT_TRUE(Start(start).ok());
  const auto save = [&](const std::string& agent, const Draft& draft) {
    return *Wait<bool>([&](auto done) { store_->SaveDraft(name, agent, draft, done); });
  };
  const auto load = [&](const std::string& agent) {
    return *Wait<std::optional<Draft>>([&](auto done) { store_->LoadDraft(name, agent, done); });
  };
  const Draft draft{"Dear Mia", "<p>Dear Mia", {{"Subject", "Re: photos"}}, At(5)};
  EXPECT_TRUE(save("anna", draft));
  EXPECT_TRUE(save("bert", {"Hello", "", {}, At(6)}));
  Open();
  EXPECT_EQ(load("anna"), draft);
  EXPECT_EQ(load("bert")->text, "Hello");
  EXPECT_EQ(load("carla"), std::nullopt);
  EXPECT_TRUE(save("bert", {"", "", {}, At(7)}));
  EXPECT_EQ(load("bert"), std::nullopt);
  NewEntry sent = Text(name, "Dear Mia", "r1", Author::kAgent);
  sent.ends_draft_of = "anna";
  ASSERT_TRUE(Append(sent).ok());
  EXPECT_EQ(load("anna"), std::nullopt);
}

TEST_F(ContactStoreTest, DropsWhatWasStagedAndIsNotSent) {
  const NewContact start = Mail("mia@example.org", "photos", At(1));
  const std::string& name = start.contact.name;
  ASSERT_TRUE(Start(start).ok());
  const std::string id = *Stage(name, {"a.txt", "text/plain", "hello"});
  const auto unstage = [&] {
    return *Wait<bool>([&](auto done) { store_->Unstage(name, id, done); });
  };
  EXPECT_EQ((*Read(id))->bytes, "hello");
  EXPECT_TRUE(unstage());
  EXPECT_FALSE(unstage());
  EXPECT_EQ(*Read(id), std::nullopt);
}

// Another process holds the write lock: nothing is written, nothing stops, and it heals by itself.
TEST_F(ContactStoreTest, ADatabaseThatIsLockedIsUnavailable) {
  const NewContact start = Chat();
  ASSERT_TRUE(Start(start).ok());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / "contacts.sqlite").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(Append(Text(start.contact.name, "hello")).status().code(),
            absl::StatusCode::kUnavailable);
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(Append(Text(start.contact.name, "hello"))->entry.number, 1);
}

TEST_F(ContactStoreTest, ASecondWriterIsRefused) {
  EXPECT_EQ(ContactStore::Open(folder_.string()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  store_.reset();
  EXPECT_TRUE(ContactStore::Open(folder_.string()).ok());
}

TEST_F(ContactStoreTest, AnswersAfterItsEnd) {
  store_->Close();
  EXPECT_EQ(Append(Text(NewContactName(Channel::kChat), "hello")).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(ContactStoreTest, InMemoryItForgetsAtTheEnd) {
  const NewContact start = Chat();
  store_ = *ContactStore::Open(std::nullopt);
  ASSERT_TRUE(Start(start).ok());
  EXPECT_NE(Load(start.contact.name), std::nullopt);
  store_ = *ContactStore::Open(std::nullopt);
  EXPECT_EQ(Load(start.contact.name), std::nullopt);
}

}  // namespace
}  // namespace wissel::contacts
