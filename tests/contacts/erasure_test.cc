// Erased is erased: no text of a person, nor their key, is in any file; a backup brings nothing
// back; what is damaged is refused and never served.
#include <sqlite3.h>

#include <random>

#include "gmock/gmock.h"
#include "tests/contacts/store_testing.h"

namespace wissel::contacts {
namespace {

namespace fs = std::filesystem;
using testing::At;
using ::testing::ElementsAre;
using testing::FilesWith;
using ::testing::IsEmpty;
using testing::ReadFile;

// Stands in every text of a person.
constexpr char kCanary[] = "KANARIE";

class ErasureTest : public testing::StoreTest {
 protected:
  static std::string Canary(const std::string& more) { return kCanary + more; }

  // A mail with a canary in every field; its contact as it was stored.
  Contact CanaryMail(const std::string& from = Canary("@example.org")) {
    NewContact mail = Mail(from, Canary("subject"), At(1));
    mail.contact.display_name = Canary(" Peeters");
    mail.contact.fields = {{Canary("field"), Canary("value")}};
    mail.addresses.push_back({AddressKind::kExternal, "crm:" + Canary("4711")});
    mail.keys = {Canary("key")};
    mail.request_key = Canary("request");
    mail.first_entry = Text("", Canary("text"));
    Entry& entry = mail.first_entry->entry;
    entry.author_name = Canary("author");
    entry.html = Canary("html");
    entry.headers = {{Canary("header"), Canary("header's value")}};
    mail.first_entry->attachments = {
        {Canary("file"), Canary("type"), std::string(100'000, 'x') + kCanary}};
    mail.first_entry->keys = {Canary("entry's key")};
    const Contact contact = Start(mail)->contact;
    NewEntry reply = Text(contact.name, Canary("reply"), Canary("reply's request"));
    EXPECT_TRUE(Append(reply).ok());
    EXPECT_TRUE(Stage(contact.name, {Canary("staged"), "", kCanary}).ok());
    EXPECT_TRUE(*Wait<bool>([&](auto done) {
      store_->SaveDraft(contact.name, "anna", {Canary("draft"), Canary("draft"), {}, At(3)}, done);
    }));
    CustomerChange change{contact.customer};
    change.note = Canary("note");
    EXPECT_TRUE(Change(change).ok());
    return *Load(contact.name);
  }

  // The keys that are in the key file, but for those that were destroyed.
  std::vector<std::string> Keys() {
    std::vector<std::string> keys;
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open_v2((folder_ / "contact_keys.sqlite").c_str(), &db, SQLITE_OPEN_READWRITE,
                              nullptr),
              SQLITE_OK);
    sqlite3_stmt* query = nullptr;
    sqlite3_prepare_v2(db, "SELECT key FROM person_keys ORDER BY slot", -1, &query, nullptr);
    while (sqlite3_step(query) == SQLITE_ROW) {
      keys.emplace_back(static_cast<const char*>(sqlite3_column_blob(query, 0)),
                        static_cast<size_t>(sqlite3_column_bytes(query, 0)));
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    return keys;
  }

  void CopyTo(const fs::path& backup) {
    fs::remove_all(backup);
    fs::copy(folder_, backup, fs::copy_options::recursive);
  }
};

TEST_F(ErasureTest, NoTextIsEverInTheOpen) {
  CanaryMail();
  EXPECT_THAT(FilesWith(folder_, kCanary), IsEmpty());
  EXPECT_THAT(FilesWith(folder_, "kanarie"), IsEmpty());
}

TEST_F(ErasureTest, NothingIsLeft) {
  const Contact mail = CanaryMail();
  const Contact other = Start(Mail("bo@example.org", "stays", At(2)))->contact;
  const std::vector<std::string> keys = Keys();
  ASSERT_EQ(keys.size(), 2u);
  const std::string attachment = mail.entries[0].attachments[0].id;
  const std::string token = store_->TrackingToken(mail.name);
  std::vector<std::string> told;
  store_->ObserveErasures([&](const std::vector<std::string>& contacts) { told = contacts; });

  EXPECT_EQ(*Erase(mail.customer), 1);
  EXPECT_THAT(told, ElementsAre(mail.name));
  EXPECT_THAT(FilesWith(folder_, keys[0]), IsEmpty()) << "while the store is open";
  const auto sees_nothing = [&] {
    EXPECT_EQ(Load(mail.name), std::nullopt);
    EXPECT_EQ(*LoadCustomer(mail.customer), std::nullopt);
    EXPECT_EQ(*FindCustomer(Email(Canary("@example.org"))), std::nullopt);
    EXPECT_THAT(*Search(kCanary), IsEmpty());
    EXPECT_EQ(FindByKey(Canary("key")), std::nullopt);
    EXPECT_EQ(*Read(attachment), std::nullopt);
    EXPECT_EQ(
        *Wait<std::optional<std::string>>([&](auto done) { store_->FindByToken(token, done); }),
        std::nullopt);
    EXPECT_EQ(Append(Text(mail.name, "late")).status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(Load(other.name)->subject, "stays");
  };
  sees_nothing();
  EXPECT_EQ(*Erase(mail.customer), 0) << "repeated, it erases nothing more";
  EXPECT_EQ(Erase("customers/AAAAAAAAAAAAAAAAAAAAAA").status().code(), absl::StatusCode::kNotFound);
  Open();
  sees_nothing();
  store_.reset();
  EXPECT_THAT(FilesWith(folder_, keys[0]), IsEmpty());
  EXPECT_THAT(FilesWith(folder_, keys[1]), ElementsAre("contact_keys.sqlite"));
  EXPECT_THAT(FilesWith(folder_, mail.name), IsEmpty()) << "but for the ledger's customers/...";
  EXPECT_THAT(FilesWith(folder_, mail.customer),
              ::testing::UnorderedElementsAre("erasures.txt", "contacts.sqlite"))
      << "the ledger and the audit trail";
  EXPECT_EQ(ReadFile(folder_ / "erasures.txt"),
            "2026-03-02T09:01:00Z " + mail.customer + " users/root\n");
  Open();
  const std::vector<Action> actions = Actions(mail.customer);
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].kind, ActionKind::kErased);
  EXPECT_EQ(actions[0].user, "users/root");
}

TEST_F(ErasureTest, WhoWasMergedGoesWithThem) {
  const std::string mia = CanaryMail().customer;
  const std::string work = Start(Mail("m@work.example", "x", At(2)))->contact.customer;
  const std::string third = Start(Mail("third@x.example", "x", At(3)))->contact.customer;
  const std::string bo = Start(Mail("bo@example.org", "x", At(4)))->contact.customer;
  ASSERT_TRUE(Merge(work, third).ok());
  ASSERT_TRUE(Merge(mia, work).ok());
  EXPECT_EQ(*Erase(work), 3) << "whichever of their names is used";
  for (const std::string& name : {mia, work, third}) EXPECT_EQ(*LoadCustomer(name), std::nullopt);
  EXPECT_NE(*LoadCustomer(bo), std::nullopt);
  EXPECT_EQ(Start(Mail("m@work.example", "again", At(5)))->contact.entries.size(), 0u)
      << "who comes again is new";
}

TEST_F(ErasureTest, ABackupBringsNothingBack) {
  const Contact mail = CanaryMail();
  const Contact other = Start(Mail("bo@example.org", "stays", At(2)))->contact;
  store_.reset();
  const fs::path backup = folder_.string() + "-backup";
  CopyTo(backup);
  const std::vector<std::string> keys = Keys();
  Open();
  ASSERT_EQ(*Erase(mail.customer), 1);
  store_.reset();
  // The contacts alone are put back, then the keys as well.
  for (const char* file : {"contacts.sqlite", "contact_keys.sqlite"}) {
    fs::copy_file(backup / file, folder_ / file, fs::copy_options::overwrite_existing);
    Open();
    EXPECT_EQ(Load(mail.name), std::nullopt) << file;
    EXPECT_EQ(*FindCustomer(Email(Canary("@example.org"))), std::nullopt) << file;
    EXPECT_EQ(Load(other.name)->subject, "stays");
    store_.reset();
    EXPECT_THAT(FilesWith(folder_, keys[0]), IsEmpty()) << file;
    EXPECT_THAT(FilesWith(folder_, mail.name), IsEmpty()) << file;
  }
  fs::remove_all(backup);
}

TEST_F(ErasureTest, ALineThatWasCutOffIsNone) {
  const std::string customer = CanaryMail().customer;
  store_.reset();
  std::ofstream(folder_ / "erasures.txt", std::ios::app) << "2026-03-02T09:01:00Z " + customer;
  Open();
  EXPECT_NE(*LoadCustomer(customer), std::nullopt);
  EXPECT_EQ(ReadFile(folder_ / "erasures.txt"), "");
  store_.reset();
  std::ofstream(folder_ / "erasures.txt", std::ios::app) << "no erasure at all\n";
  const absl::Status refused = ContactStore::Open(folder_.string()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(std::string(refused.message()).find("line 1"), std::string::npos);
}

// Written down and then interrupted: it is made good at the next opening.
TEST_F(ErasureTest, AnInterruptedErasureIsFinished) {
  const Contact mail = CanaryMail();
  const std::vector<std::string> keys = Keys();
  store_.reset();
  std::ofstream(folder_ / "erasures.txt", std::ios::app)
      << "2026-03-02T09:01:00Z " << mail.customer << " users/root\n";
  Open();
  EXPECT_EQ(Load(mail.name), std::nullopt);
  EXPECT_THAT(FilesWith(folder_, keys[0]), IsEmpty());
}

TEST_F(ErasureTest, WithoutTheKeysThereIsNothing) {
  const Contact mail = CanaryMail();
  store_.reset();
  fs::remove(folder_ / "contact_keys.sqlite");
  EXPECT_EQ(ContactStore::Open(folder_.string()).status().code(), absl::StatusCode::kDataLoss);
}

// Many are erased among many: no key is left behind on another page, and the others open.
TEST_F(ErasureTest, KeysNeverMove) {
  std::vector<std::string> customers;
  for (int i = 0; i < 300; ++i) {
    customers.push_back(
        Start(Mail("m" + std::to_string(i) + "@example.org", "x", At(i)))->contact.customer);
  }
  const std::vector<std::string> keys = Keys();
  ASSERT_EQ(keys.size(), customers.size());
  std::minstd_rand random(7);
  std::vector<size_t> order(customers.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  for (size_t i = 0; i < 100; ++i) ASSERT_TRUE(Erase(customers[order[i]]).ok());
  store_.reset();
  const std::string file = ReadFile(folder_ / "contact_keys.sqlite");
  for (size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(file.find(keys[order[i]]) == std::string::npos, i < 100) << i;
  }
  Open();
  for (size_t i = 100; i < order.size(); ++i) {
    EXPECT_NE(*LoadCustomer(customers[order[i]]), std::nullopt);
  }
}

// Every so many bytes one is flipped: what is read is as it was, or refused; other rows stay.
TEST_F(ErasureTest, WhatIsDamagedIsNotServed) {
  const Contact mail = CanaryMail();
  const Customer customer = **LoadCustomer(mail.customer);
  const std::string attachment = mail.entries[0].attachments[0].id;
  store_.reset();
  const std::string whole = ReadFile(folder_ / "contacts.sqlite");
  int refused = 0;
  for (size_t at = 100; at < whole.size(); at += 1999) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    std::ofstream(folder_ / "contacts.sqlite", std::ios::binary) << damaged;
    fs::remove(folder_ / "contacts.sqlite-wal");
    fs::remove(folder_ / "contacts.sqlite-shm");
    auto store = ContactStore::Open(folder_.string());
    if (!store.ok()) {
      ++refused;
      continue;
    }
    store_ = *std::move(store);
    const auto loaded = TryLoad(mail.name);
    if (loaded.ok() && *loaded) EXPECT_EQ(**loaded, mail) << "byte " << at;
    const auto person = LoadCustomer(mail.customer);
    if (person.ok() && *person) EXPECT_EQ(**person, customer) << "byte " << at;
    const auto part = Read(attachment, 65'000);
    if (part.ok() && *part) {
      EXPECT_EQ((*part)->bytes.substr((*part)->bytes.size() - 7), kCanary) << "byte " << at;
    }
    refused += !loaded.ok() || !*loaded || !person.ok() || !*person || !part.ok() || !*part;
    store_.reset();
  }
  EXPECT_GT(refused, 20) << "the test reaches what it is about";
}

}  // namespace
}  // namespace wissel::contacts
