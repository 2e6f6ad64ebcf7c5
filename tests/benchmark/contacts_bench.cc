// Messages into the contact store as a chat sends them, many under way at once, beside bare inserts
// of the same size into SQLite in transactions as large.
#include <chrono>
#include <filesystem>
#include <future>
#include <string>

#include "base/sql/sqlite.h"
#include "base/status.h"
#include "channels/contacts/contact_store.h"
#include "tests/benchmark/suites.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 7;
constexpr int kBatchesARound = 40;
// What the store puts into one transaction.
constexpr int kBatch = 256;
constexpr size_t kTextBytes = 200;

class Sealed {
 public:
  explicit Sealed(std::unique_ptr<contacts::ContactStore> store) : store_(std::move(store)) {}

  absl::Status Round() {
    contacts::NewContact chat;
    chat.contact.name = contacts::NewContactName(Channel::kChat);
    chat.contact.display_name = "Mia Peeters";
    contacts::NewEntry message;
    message.contact = chat.contact.name;
    message.entry.text = std::string(kTextBytes, 'x');
    std::promise<void> started;
    store_->Start(chat, [&](const auto&) { started.set_value(); });
    started.get_future().wait();
    for (int batch = 0; batch < kBatchesARound; ++batch) {
      std::promise<absl::Status> last;
      for (int i = 1; i < kBatch; ++i) {
        message.request_id = std::to_string(batch * kBatch + i);
        store_->Append(message, [](const auto&) {});
      }
      message.request_id = std::to_string((batch + 1) * kBatch);
      const auto give = [&](const auto& appended) { last.set_value(appended.status()); };
      store_->Append(message, give);
      WISSEL_RETURN_IF_ERROR(last.get_future().get());
    }
    return absl::OkStatus();
  }

 private:
  std::unique_ptr<contacts::ContactStore> store_;
};

class Bare {
 public:
  explicit Bare(SqliteConnection db) : db_(std::move(db)) {}

  absl::Status Prepare() {
    WISSEL_RETURN_IF_ERROR(
        db_.Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "CREATE TABLE messages (contact BLOB NOT NULL, number INTEGER NOT NULL,"
                " text BLOB NOT NULL, PRIMARY KEY (contact, number)) WITHOUT ROWID"));
    WISSEL_ASSIGN_OR_RETURN(insert_, db_.Prepare("INSERT INTO messages VALUES (?1, ?2, ?3)"));
    return absl::OkStatus();
  }
  absl::Status Round() {
    const std::string contact = contacts::NewContactName(Channel::kChat);
    const std::string text(kTextBytes, 'x');
    uint64_t number = 0;
    for (int batch = 0; batch < kBatchesARound; ++batch) {
      WISSEL_RETURN_IF_ERROR(db_.Run("BEGIN IMMEDIATE"));
      for (int i = 0; i < kBatch; ++i) {
        insert_.BindCopy(1, contact).Bind(2, ++number).BindCopy(3, text);
        WISSEL_RETURN_IF_ERROR(insert_.Run());
      }
      WISSEL_RETURN_IF_ERROR(db_.Run("COMMIT"));
    }
    return absl::OkStatus();
  }

 private:
  SqliteConnection db_;
  SqliteStatement insert_;
};

template <class Side>
absl::StatusOr<double> MessagesPerSecond(Side& side) {
  const auto start = std::chrono::steady_clock::now();
  WISSEL_RETURN_IF_ERROR(side.Round());
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  return kBatchesARound * kBatch / passed.count();
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkContacts(const std::string& scratch) {
  const std::string folder = scratch + "/contacts";
  std::filesystem::create_directories(folder);
  WISSEL_ASSIGN_OR_RETURN(auto store, contacts::ContactStore::Open(folder));
  Sealed sealed(std::move(store));
  WISSEL_ASSIGN_OR_RETURN(SqliteConnection db,
                          SqliteConnection::Open(scratch + "/bare.sqlite",
                                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, ""));
  Bare bare(std::move(db));
  WISSEL_RETURN_IF_ERROR(bare.Prepare());
  std::vector<double> sealed_rates, bare_rates;
  for (int round = 0; round <= kRounds; ++round) {
    WISSEL_ASSIGN_OR_RETURN(const double of_store, MessagesPerSecond(sealed));
    WISSEL_ASSIGN_OR_RETURN(const double of_bare, MessagesPerSecond(bare));
    if (round == 0) continue;  // warm
    sealed_rates.push_back(of_store);
    bare_rates.push_back(of_bare);
  }
  return std::vector<Figure>{{"contacts.append_200b", Median(sealed_rates), "messages/s",
                              Median(bare_rates), "bare inserts into SQLite"}};
}

}  // namespace wissel::benchmark
