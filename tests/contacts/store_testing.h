// A contact store over real files in a folder of the test's own, asked and waited for.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "channels/contacts/contact_store.h"
#include "tests/postgres/places.h"

namespace wissel::contacts::testing {

inline Instant At(int64_t seconds) {
  return Instant::FromMillis(1'772'442'000'000 + seconds * 1000);
}

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The files of a folder in which `text` stands.
inline std::vector<std::string> FilesWith(const std::filesystem::path& folder,
                                          const std::string& text) {
  std::vector<std::string> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file() && ReadFile(file.path()).find(text) != std::string::npos) {
      found.push_back(file.path().filename());
    }
  }
  return found;
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("wissel-contacts-") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Open();
  }
  ~StoreTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    store_.reset();
    auto store = ContactStore::Open(wissel::testing::StoresIn(folder_.string()));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  template <class T, class Ask>
  static absl::StatusOr<T> Wait(Ask ask) {
    std::promise<absl::StatusOr<T>> promise;
    ask([&](absl::StatusOr<T> answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  absl::StatusOr<ContactStore::Started> Start(NewContact contact) {
    return Wait<ContactStore::Started>([&](auto done) { store_->Start(contact, done); });
  }
  absl::StatusOr<ContactStore::Appended> Append(NewEntry entry) {
    return Wait<ContactStore::Appended>([&](auto done) { store_->Append(entry, done); });
  }
  absl::StatusOr<std::optional<Contact>> TryLoad(const std::string& contact) {
    return Wait<std::optional<Contact>>([&](auto done) { store_->Load(contact, done); });
  }
  std::optional<Contact> Load(const std::string& contact) { return *TryLoad(contact); }
  std::vector<Contact> Live(Channel channel) {
    return *Wait<std::vector<Contact>>([&](auto done) { store_->LoadLive(channel, done); });
  }
  absl::StatusOr<bool> End(const std::string& contact, Instant at, const std::string& agent) {
    return Wait<bool>([&](auto done) { store_->End(contact, at, agent, done); });
  }
  absl::StatusOr<bool> Forget(const std::string& contact) {
    return Wait<bool>([&](auto done) { store_->Forget(contact, done); });
  }
  std::optional<std::string> FindByKey(const std::string& key) {
    return *Wait<std::optional<std::string>>([&](auto done) { store_->FindByKey(key, done); });
  }
  absl::StatusOr<std::optional<Customer>> LoadCustomer(const std::string& name) {
    return Wait<std::optional<Customer>>([&](auto done) { store_->LoadCustomer(name, done); });
  }
  absl::StatusOr<std::optional<Customer>> FindCustomer(const Address& address) {
    return Wait<std::optional<Customer>>([&](auto done) { store_->FindCustomer(address, done); });
  }
  absl::StatusOr<std::vector<Customer>> Search(const std::string& name, int most = 10) {
    return Wait<std::vector<Customer>>(
        [&](auto done) { store_->SearchCustomers(name, most, done); });
  }
  absl::StatusOr<Customer> Change(const CustomerChange& change) {
    return Wait<Customer>(
        [&](auto done) { store_->ChangeCustomer(change, "users/mieke", At(50), done); });
  }
  absl::StatusOr<Customer> Merge(const std::string& into, const std::string& from) {
    return Wait<Customer>(
        [&](auto done) { store_->MergeCustomers(into, from, "users/mieke", At(51), done); });
  }
  absl::StatusOr<Customer> Split(const std::string& customer) {
    return Wait<Customer>(
        [&](auto done) { store_->SplitCustomer(customer, "users/mieke", At(52), done); });
  }
  absl::StatusOr<int64_t> Erase(const std::string& customer) {
    return Wait<int64_t>(
        [&](auto done) { store_->EraseCustomer(customer, "users/root", At(60), done); });
  }
  absl::StatusOr<ContactPage> List(const std::string& customer, int size = 100,
                                   std::optional<ContactPosition> from = std::nullopt) {
    return Wait<ContactPage>([&](auto done) { store_->ListContacts(customer, size, from, done); });
  }
  std::vector<Action> Actions(const std::string& subject = "") {
    return *Wait<std::vector<Action>>(
        [&](auto done) { store_->ListActions(subject, 0, 100, done); });
  }
  absl::StatusOr<std::string> Stage(const std::string& contact, const NewAttachment& attachment) {
    return Wait<std::string>([&](auto done) { store_->Stage(contact, attachment, done); });
  }
  absl::StatusOr<std::optional<ContactStore::AttachmentPart>> Read(const std::string& attachment,
                                                                   int64_t offset = 0) {
    return Wait<std::optional<ContactStore::AttachmentPart>>(
        [&](auto done) { store_->ReadAttachment(attachment, offset, done); });
  }

  static Address Phone(const std::string& number) { return {AddressKind::kPhone, number}; }
  static Address Email(const std::string& address) { return {AddressKind::kEmail, address}; }

  static NewContact Chat(const std::string& display_name = "Ren\xc3\xa9",
                         const std::string& request_key = "") {
    NewContact start;
    start.contact.name = NewContactName(Channel::kChat);
    start.contact.channel = Channel::kChat;
    start.contact.queue = "tax";
    start.contact.display_name = display_name;
    start.contact.language = "fr";
    start.contact.started = At(1);
    start.request_key = request_key;
    start.fingerprint = UINT64_MAX - 1;
    return start;
  }
  static NewContact Mail(const std::string& from, const std::string& subject, Instant started) {
    NewContact start = Chat("");
    start.contact.name = NewContactName(Channel::kEmail);
    start.contact.channel = Channel::kEmail;
    start.contact.subject = subject;
    start.contact.started = started;
    start.addresses = {Email(from)};
    return start;
  }
  static NewEntry Text(const std::string& contact, const std::string& text,
                       const std::string& request_id = "", Author author = Author::kCustomer) {
    NewEntry entry;
    entry.contact = contact;
    entry.entry.author = author;
    entry.entry.text = text;
    entry.entry.time = At(2);
    entry.request_id = request_id;
    entry.fingerprint = std::hash<std::string>()(text);
    return entry;
  }

  std::filesystem::path folder_;
  std::unique_ptr<ContactStore> store_;
};

}  // namespace wissel::contacts::testing
