// Damage is detected, never served: every byte of a small journal flipped, every length cut.
#include <filesystem>
#include <string>
#include <vector>

#include "base/sql/sqlite.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/journal/sqlite_journal.h"
#include "tests/unit/journal_testing.h"

namespace wissel {
namespace {

using ::testing::HasSubstr;

// A closed journal of a few rows, one of them longer than a page.
std::vector<std::string> MakeJournal(const std::string& directory) {
  auto journal = OpenSqliteJournal(directory);
  EXPECT_TRUE(journal.ok()) << journal.status();
  const uint64_t epoch = *(*journal)->AcquireEpoch();
  EXPECT_TRUE((*journal)->Append({epoch, 1, 2}, "the first").ok());
  EXPECT_TRUE((*journal)->Append({epoch, 3, 3}, std::string(5000, 'l')).ok());
  EXPECT_TRUE((*journal)->Append({epoch, 4, 8}, "the last").ok());
  return ReadAll(**journal);
}

// What a server that opens the journal would get; damage found at any moment is an error.
absl::StatusOr<std::vector<std::string>> Serve(const std::string& directory) {
  auto journal = OpenSqliteJournal(directory);
  if (!journal.ok()) return journal.status();
  return TryReadAll(**journal);
}

class DamageTest : public ::testing::Test {
 protected:
  void Sql(const char* statement) {
    auto db = SqliteConnection::Open(file_, SQLITE_OPEN_READWRITE, "");
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE(db->Run(statement).ok());
  }
  std::string Refusal() {
    auto served = Serve(directory_.path());
    EXPECT_EQ(served.status().code(), absl::StatusCode::kDataLoss);
    return std::string(served.status().message());
  }

  TemporaryDirectory directory_;
  const std::string file_ = directory_.path() + "/journal.sqlite";
  const std::vector<std::string> rows_ = MakeJournal(directory_.path());
};

TEST_F(DamageTest, EveryFlippedByteIsDetectedOrHarmless) {
  const std::string good = ReadFile(file_);
  ASSERT_GT(good.size(), 4096u);
  int detected = 0;
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    WriteFile(file_, bad);
    const auto served = Serve(directory_.path());
    if (served.ok()) {
      ASSERT_EQ(*served, rows_) << "byte " << i;
    } else {
      ++detected;
    }
    std::filesystem::remove(file_ + "-wal");
    std::filesystem::remove(file_ + "-shm");
  }
  EXPECT_GT(detected, 5000) << "the payloads alone are longer";
}

TEST_F(DamageTest, EveryTruncationIsDetected) {
  const std::string good = ReadFile(file_);
  for (size_t size = 0; size < good.size(); size += size % 512 == 511 ? 1 : 7) {
    WriteFile(file_, good.substr(0, size));
    const auto served = Serve(directory_.path());
    if (served.ok()) {
      ASSERT_EQ(*served, rows_) << "cut to " << size;
    }
    std::filesystem::remove(file_ + "-wal");
    std::filesystem::remove(file_ + "-shm");
  }
  WriteFile(file_, "");
  EXPECT_THAT(Refusal(), HasSubstr("is empty, but was not always"));
}

TEST_F(DamageTest, EveryTruncatedPayloadNamesItsSequence) {
  for (int cut : {1, 2, 100, 4096, 5000}) {
    Sql("UPDATE batches SET payload = substr(payload, 2) WHERE first_sequence = 3");
    Sql(fmt::format("UPDATE batches SET payload = substr(payload, {})"
                    " WHERE first_sequence = 3",
                    cut)
            .c_str());
    EXPECT_THAT(Refusal(), HasSubstr("damaged at sequence 3")) << cut;
  }
}

TEST_F(DamageTest, ALostRowNamesItsSequence) {
  Sql("DELETE FROM batches WHERE first_sequence = 3");
  EXPECT_THAT(Refusal(), HasSubstr("damaged at sequence 3: the next row starts at 4"));
}

TEST_F(DamageTest, ALostLastRowIsMissed) {
  Sql("DELETE FROM batches WHERE first_sequence = 4");
  EXPECT_THAT(Refusal(), HasSubstr("should end at sequence 8, but its last row ends at 3"));
}

TEST_F(DamageTest, AForgedRowIsNotOfTheChain) {
  Sql("UPDATE batches SET payload = x'54484520464952' WHERE first_sequence = 1");
  EXPECT_THAT(Refusal(), HasSubstr("damaged at sequence 1"));
}

TEST_F(DamageTest, RowsThatChangePlacesAreDetected) {
  Sql("UPDATE batches SET payload = x'746865206c617374', hash = (SELECT hash FROM batches WHERE"
      " first_sequence = 4) WHERE first_sequence = 1");
  EXPECT_THAT(Refusal(), HasSubstr("damaged at sequence 1"));
}

TEST_F(DamageTest, AFileOfAnotherKindIsRefused) {
  Sql("PRAGMA application_id = 7");
  EXPECT_THAT(Refusal(), HasSubstr("is not a journal"));
}

TEST_F(DamageTest, AJournalOfALaterVersionIsRefused) {
  Sql("PRAGMA user_version = 2");
  EXPECT_THAT(Refusal(), HasSubstr("is of version 2; this program reads 1"));
}

}  // namespace
}  // namespace wissel
