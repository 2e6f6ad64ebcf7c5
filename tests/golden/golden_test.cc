// Journals of earlier versions: see README.md.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "fmt/format.h"
#include "router/journal/codec.h"
#include "router/journal/sqlite_journal.h"
#include "router/service/recovery.h"
#include "router/service/snapshots.h"
#include "tests/simulation/journaling_subject.h"
#include "tests/simulation/simulation.h"

namespace wissel {
namespace {

namespace fs = std::filesystem;

constexpr char kThisVersion[] = WISSEL_VERSION;
constexpr uint64_t kMostWorlds = 120;
constexpr double kHours = 1;

fs::path Journals() { return fs::path(std::getenv("WISSEL_SOURCE_DIR")) / "tests/golden/journals"; }

struct Facts {
  uint64_t events = 0;
  uint64_t digest = 0;

  static Facts Read(const fs::path& folder) {
    Facts facts;
    std::ifstream in(folder / "facts.txt");
    std::string word;
    in >> word >> facts.events >> word >> std::hex >> facts.digest;
    return facts;
  }
  void Write(const fs::path& folder) const {
    std::ofstream(folder / "facts.txt")
        << fmt::format("events {}\ndigest {:016x}\n", events, digest);
  }
};

std::set<size_t> KindsIn(const std::vector<simulation::JournalingSubject::Batch>& journal) {
  std::set<size_t> kinds;
  for (const auto& batch : journal) {
    for (const Event& event : batch.events) kinds.insert(event.body.index());
  }
  return kinds;
}

void WriteWorld(const fs::path& folder,
                const std::vector<simulation::JournalingSubject::Batch>& batches) {
  fs::create_directories(folder);
  Facts facts;
  {
    auto journal = *OpenSqliteJournal(folder.string());
    Engine engine{EngineOptions()};
    uint64_t epoch = 0;
    const SnapshotStore snapshots(folder.string());
    for (size_t i = 0; i < batches.size(); ++i) {
      while (epoch < batches[i].epoch) epoch = *journal->AcquireEpoch();
      RowHeader header;
      header.epoch = epoch;
      header.first_sequence = facts.events + 1;
      header.last_sequence = facts.events += batches[i].events.size();
      std::string bytes;
      for (const Event& event : batches[i].events) {
        AppendEvent(bytes, event);
        engine.Record(event);
      }
      ASSERT_TRUE(journal->Append(header, bytes).ok());
      if (i != batches.size() / 2) continue;
      const auto tail = journal->Tail();
      ASSERT_TRUE(snapshots.Save(TakeSnapshot(engine, tail->end)).ok());
    }
    facts.digest = engine.Digest();
  }
  fs::remove(folder / "journal.lock");
  facts.Write(folder);
}

// Worlds until every kind of event has happened.
void WriteThisVersion() {
  std::set<size_t> seen;
  for (uint64_t seed = 1; seed <= kMostWorlds && seen.size() < std::variant_size_v<EventBody>;
       ++seed) {
    auto options = simulation::WorldOfSeed(seed, kHours);
    auto subject = std::make_shared<simulation::JournalingSubject>(EngineOptions());
    options.subject = subject;
    ASSERT_TRUE(simulation::Simulate(options).ok());
    const std::set<size_t> kinds = KindsIn(subject->journal());
    const size_t before = seen.size();
    seen.insert(kinds.begin(), kinds.end());
    if (seen.size() == before) continue;
    WriteWorld(Journals() / kThisVersion / fmt::format("world-{}", seed), subject->journal());
  }
  for (size_t kind = 0; kind < std::variant_size_v<EventBody>; ++kind) {
    if (!seen.contains(kind)) fmt::print("no world has events of kind {}\n", kind);
  }
}

// Each in a folder of its own, which may be written to.
class Copy {
 public:
  explicit Copy(const fs::path& golden)
      : folder_(fs::path(::testing::TempDir()) / "wissel_golden") {
    fs::remove_all(folder_);
    fs::copy(golden, folder_);
  }
  ~Copy() { fs::remove_all(folder_); }
  std::string path() const { return folder_.string(); }

 private:
  const fs::path folder_;
};

void ReadAndGoOn(const fs::path& golden) {
  SCOPED_TRACE(golden.string());
  const Copy copy(golden);
  const Facts facts = Facts::Read(golden);
  ASSERT_GT(facts.events, 0U);
  auto journal = OpenSqliteJournal(copy.path());
  ASSERT_TRUE(journal.ok()) << journal.status();
  const SnapshotStore snapshots(copy.path());
  ASSERT_EQ(snapshots.List().size(), 1U);
  for (const SnapshotStore* from : {static_cast<const SnapshotStore*>(nullptr), &snapshots}) {
    const auto recovered = Recover(**journal, from, EngineOptions());
    ASSERT_TRUE(recovered.ok()) << recovered.status();
    EXPECT_EQ(recovered->position.sequence, facts.events);
    EXPECT_EQ(recovered->engine.Digest(), facts.digest);
    EXPECT_EQ(recovered->snapshot_sequence > 0, from != nullptr);
  }
  // Every event still has its bytes: what is written next reads as what was written before.
  const auto same = (*journal)->ReadAfter({}, [](const JournalRow& row) {
    const auto events = DecodeBatch(row.payload);
    if (!events.ok()) return events.status();
    std::string again;
    for (const Event& event : *events) AppendEvent(again, event);
    EXPECT_EQ(again, row.payload) << "at sequence " << row.header.first_sequence;
    return absl::OkStatus();
  });
  ASSERT_TRUE(same.ok()) << same.status();
  RowHeader next;
  next.epoch = *(*journal)->AcquireEpoch();
  next.first_sequence = facts.events + 1;
  next.last_sequence = facts.events + 1;
  EXPECT_TRUE((*journal)->Append(next, "").ok());
}

TEST(Golden, JournalsOfEveryVersionAreReadAndGoOn) {
  if (std::getenv("WISSEL_REWRITE") != nullptr) WriteThisVersion();
  size_t journals = 0;
  for (const auto& version : fs::directory_iterator(Journals())) {
    for (const auto& world : fs::directory_iterator(version.path())) {
      ReadAndGoOn(world.path());
      ++journals;
    }
  }
  EXPECT_GT(journals, 0U);
}

}  // namespace
}  // namespace wissel
