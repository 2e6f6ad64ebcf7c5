// One suite for every journal behind the interface.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "router/journal/memory_journal.h"
#include "router/journal/postgres_journal.h"
#include "router/journal/sqlite_journal.h"
#include "tests/postgres/cluster.h"
#include "tests/unit/journal_testing.h"

namespace wissel {
namespace {

using ::testing::HasSubstr;

// Where a journal survives being closed.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual absl::StatusOr<std::unique_ptr<Journal>> Open() = 0;
  // Otherwise the second replaces the first.
  virtual bool refuses_second_writer() const { return true; }
};

class MemoryDisk : public Disk {
 public:
  absl::StatusOr<std::unique_ptr<Journal>> Open() override { return OpenMemoryJournal(store_); }

 private:
  std::shared_ptr<MemoryJournalStore> store_ = MakeMemoryJournalStore();
};

// Each in a schema of its own.
class PostgresDisk : public Disk {
 public:
  absl::StatusOr<std::unique_ptr<Journal>> Open() override {
    return OpenPostgresJournal({.database = testing::SharedPostgres()->Options(schema_)});
  }
  bool refuses_second_writer() const override { return false; }

 private:
  static inline int made_ = 0;
  const std::string schema_ = "journal_" + std::to_string(++made_);
};

class SqliteDisk : public Disk {
 public:
  absl::StatusOr<std::unique_ptr<Journal>> Open() override {
    return OpenSqliteJournal(directory_.path());
  }

 private:
  TemporaryDirectory directory_;
};

struct Kind {
  const char* name;
  std::unique_ptr<Disk> (*make)();
};

class JournalTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (std::string_view(GetParam().name) == "Postgres" && testing::SharedPostgres() == nullptr)
      GTEST_SKIP() << "without PostgreSQL";
    disk_ = GetParam().make();
  }
  std::unique_ptr<Journal> Open() {
    auto journal = disk_->Open();
    EXPECT_TRUE(journal.ok()) << journal.status();
    return *std::move(journal);
  }
  std::unique_ptr<Disk> disk_;
};

INSTANTIATE_TEST_SUITE_P(
    EveryJournal, JournalTest,
    ::testing::Values(
        Kind{"Memory", +[]() -> std::unique_ptr<Disk> { return std::make_unique<MemoryDisk>(); }},
        Kind{"Sqlite", +[]() -> std::unique_ptr<Disk> { return std::make_unique<SqliteDisk>(); }},
        Kind{"Postgres",
             +[]() -> std::unique_ptr<Disk> { return std::make_unique<PostgresDisk>(); }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(JournalTest, IsEmptyAtFirst) {
  auto journal = Open();
  EXPECT_EQ(journal->Tail()->end, JournalPosition());
  EXPECT_TRUE(ReadAll(*journal).empty());
}

TEST_P(JournalTest, ShowsWhatWasAppendedInOrder) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  ASSERT_TRUE(journal->Append({epoch, 1, 3}, "one").ok());
  ASSERT_TRUE(journal->Append({epoch, 4, 4}, std::string(100'000, 'x')).ok());
  ASSERT_TRUE(journal->Append({epoch, 5, 9}, std::string("\0zero", 5)).ok());
  EXPECT_EQ(ReadAll(*journal),
            (std::vector<std::string>{"1-3 one", "4-4 " + std::string(100'000, 'x'),
                                      "5-9 " + std::string("\0zero", 5)}));
  EXPECT_EQ(journal->Tail()->end.sequence, 9u);
}

TEST_P(JournalTest, ReadsOnFromAnyPlaceBetweenBatches) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  for (uint64_t i = 0; i < 200; ++i)
    ASSERT_TRUE(journal->Append({epoch, 2 * i + 1, 2 * i + 2}, std::to_string(i)).ok());
  std::vector<JournalPosition> places = {JournalPosition()};
  ASSERT_TRUE(journal
                  ->ReadAfter({},
                              [&](const JournalRow& row) {
                                places.push_back({row.header.last_sequence, row.hash});
                                return absl::OkStatus();
                              })
                  .ok());
  ASSERT_EQ(places.size(), 201u);
  for (size_t from : {0, 1, 63, 64, 65, 199, 200}) {
    size_t rows = 0;
    auto end = journal->ReadAfter(places[from], [&](const JournalRow&) {
      ++rows;
      return absl::OkStatus();
    });
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_EQ(rows, 200 - from);
    EXPECT_EQ(*end, places.back());
  }
}

TEST_P(JournalTest, StopsReadingWhenTheVisitorSaysSo) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  ASSERT_TRUE(journal->Append({epoch, 1, 1}, "a").ok());
  ASSERT_TRUE(journal->Append({epoch, 2, 2}, "b").ok());
  int rows = 0;
  auto end = journal->ReadAfter({}, [&](const JournalRow&) {
    ++rows;
    return absl::CancelledError();
  });
  EXPECT_EQ(end.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(rows, 1);
}

TEST_P(JournalTest, RefusesAPlaceThatIsNotOfItsChain) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  ASSERT_TRUE(journal->Append({epoch, 1, 1}, "a").ok());
  ASSERT_TRUE(journal->Append({epoch, 2, 2}, "b").ok());
  auto nothing = [](const JournalRow&) { return absl::OkStatus(); };
  ChainHash other = {};
  other[5] = 1;
  EXPECT_EQ(journal->ReadAfter({1, other}, nothing).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(journal->ReadAfter({2, other}, nothing).status().code(), absl::StatusCode::kDataLoss);
  const auto beyond = journal->ReadAfter({3, other}, nothing);
  EXPECT_EQ(beyond.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(beyond.status().message()), HasSubstr("has been as far as 3"));
}

TEST_P(JournalTest, RefusesAnOldEpoch) {
  auto journal = Open();
  const uint64_t old_epoch = *journal->AcquireEpoch();
  ASSERT_TRUE(journal->Append({old_epoch, 1, 1}, "old").ok());
  const uint64_t new_epoch = *journal->AcquireEpoch();
  EXPECT_GT(new_epoch, old_epoch);
  EXPECT_EQ(journal->Append({old_epoch, 2, 2}, "stale").code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(journal->Append({new_epoch, 2, 2}, "new").ok());
  EXPECT_EQ(ReadAll(*journal), (std::vector<std::string>{"1-1 old", "2-2 new"}));
}

TEST_P(JournalTest, RefusesASequenceThatDoesNotContinue) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  EXPECT_EQ(journal->Append({epoch, 2, 2}, "gap").code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(journal->Append({epoch, 1, 2}, "a").ok());
  EXPECT_EQ(journal->Append({epoch, 2, 3}, "twice").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(journal->Append({epoch, 4, 4}, "gap").code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(journal->Append({epoch, 3, 3}, "b").ok());
  EXPECT_EQ(ReadAll(*journal), (std::vector<std::string>{"1-2 a", "3-3 b"}));
}

TEST_P(JournalTest, IsThereAfterReopening) {
  auto journal = Open();
  const uint64_t first = *journal->AcquireEpoch();
  ASSERT_TRUE(journal->Append({first, 1, 2}, "before").ok());
  journal.reset();
  journal = Open();
  EXPECT_EQ(journal->Tail()->end.sequence, 2u);
  const uint64_t second = *journal->AcquireEpoch();
  EXPECT_GT(second, first);
  ASSERT_TRUE(journal->Append({second, 3, 3}, "after").ok());
  EXPECT_EQ(ReadAll(*journal), (std::vector<std::string>{"1-2 before", "3-3 after"}));
}

TEST_P(JournalTest, RefusesASecondWriter) {
  if (!disk_->refuses_second_writer()) GTEST_SKIP() << "the second replaces the first";
  auto journal = Open();
  const auto second = disk_->Open();
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("already open to write"));
  const uint64_t epoch = *journal->AcquireEpoch();
  EXPECT_TRUE(journal->Append({epoch, 1, 1}, "still mine").ok());
  journal.reset();
  EXPECT_TRUE(disk_->Open().ok());
}

TEST_P(JournalTest, ASecondWriterReplacesTheFirst) {
  if (disk_->refuses_second_writer()) GTEST_SKIP() << "it is refused";
  auto first = Open();
  const uint64_t old_epoch = *first->AcquireEpoch();
  ASSERT_TRUE(first->Append({old_epoch, 1, 1}, "first").ok());
  auto second = Open();
  const uint64_t new_epoch = *second->AcquireEpoch();
  EXPECT_EQ(first->Append({old_epoch, 2, 2}, "stale").code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(second->Append({new_epoch, 2, 2}, "second").ok());
  EXPECT_EQ(first->Append({old_epoch, 2, 2}, "stale").code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReadAll(*first), (std::vector<std::string>{"1-1 first", "2-2 second"}));
}

TEST_P(JournalTest, AReaderSeesItGrow) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  auto reader = journal->OpenReader();
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_TRUE(ReadAll(**reader).empty());
  ASSERT_TRUE(journal->Append({epoch, 1, 1}, "a").ok());
  EXPECT_EQ(ReadAll(**reader), (std::vector<std::string>{"1-1 a"}));
  ASSERT_TRUE(journal->Append({epoch, 2, 2}, "b").ok());
  EXPECT_EQ((*reader)->Tail()->end, journal->Tail()->end);
  // And while it reads.
  uint64_t next = 3;
  uint64_t seen = 0;
  ASSERT_TRUE((*reader)
                  ->ReadAfter({},
                              [&](const JournalRow& row) {
                                seen = row.header.last_sequence;
                                if (next > 500) return absl::OkStatus();
                                const RowHeader header{epoch, next, next};
                                ++next;
                                return journal->Append(header, "c");
                              })
                  .ok());
  EXPECT_GE(seen, 500u);
}

TEST_P(JournalTest, KeepsHouseWithoutHarm) {
  auto journal = Open();
  const uint64_t epoch = *journal->AcquireEpoch();
  EXPECT_TRUE(journal->CheckWritable().ok());
  for (uint64_t i = 1; i <= 100; ++i) {
    ASSERT_TRUE(journal->Append({epoch, i, i}, std::string(60'000, 'p')).ok());
    ASSERT_TRUE(journal->Maintain(i % 2 == 0).ok());
  }
  EXPECT_EQ(ReadAll(*journal).size(), 100u);
}

}  // namespace
}  // namespace wissel
