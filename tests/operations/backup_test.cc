// The parts of a backup: its manifest, its archive, and which files in which order. The whole, with
// a running server, is tests/e2e/backup.test.mjs.
#include <archive.h>
#include <archive_entry.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/backup/archive.h"
#include "server/backup/folder.h"
#include "server/backup/manifest.h"

namespace wissel::backup {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TemporaryFolder Folder() { return *TemporaryFolder::Make(fs::temp_directory_path()); }

void Write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}
std::string Read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Manifest Sample() {
  Manifest manifest{"2026-11-27T02:00:00Z", "0.1.0", 1200, 0xab34cd56ef7890};
  manifest.sha256["journal.sqlite"] = std::string(64, 'a');
  manifest.sha256["snapshot-000000001200.wsnap"] = std::string(64, '0');
  return manifest;
}

TEST(Manifest, ComesBackAsItWas) {
  const auto back = ParseManifest(Text(Sample()));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(Text(*back), Text(Sample()));
  EXPECT_EQ(back->sequence, 1200u);
  EXPECT_EQ(back->digest, 0xab34cd56ef7890u);
}

TEST(Manifest, RefusesWhatIsNone) {
  const std::string good = Text(Sample());
  const std::string line = "sha256 " + std::string(64, 'b') + " ";
  for (const std::string& bad :
       {std::string(), std::string("wissel-backup 2\n"), good.substr(0, good.size() - 1),
        good + line + "../token.key\n", good + line + "/etc/passwd\n", good + line + ".hidden\n",
        good + line + "journal.sqlite\n", good + line + "manifest\n",
        good + "sha256 " + std::string(63, 'b') + " x\n", good + "sequence 12x\n",
        good + "colour red\n", std::string("wissel-backup 1\nsequence 1\n")}) {
    EXPECT_EQ(ParseManifest(bad).status().code(), absl::StatusCode::kDataLoss) << bad;
  }
  EXPECT_THAT(std::string(ParseManifest(good + "colour red\n").status().message()),
              HasSubstr("line 8"));
}

TEST(Manifest, SaysEachThingOnce) {
  const std::string good = Text(Sample());
  for (const std::string line : {"made 2026-11-27T02:00:00Z\n", "by 0.1.0\n", "sequence 1200\n",
                                 "digest 00ab34cd56ef7890\n"}) {
    EXPECT_EQ(ParseManifest(good + line).status().code(), absl::StatusCode::kDataLoss) << line;
    const std::string without = absl::StrReplaceAll(good, {{line, ""}});
    ASSERT_NE(without, good);
    EXPECT_THAT(std::string(ParseManifest(without).status().message()),
                HasSubstr(line.substr(0, line.find(' '))));
  }
}

TEST(Archive, GivesBackWhatWasPutIn) {
  const TemporaryFolder from = Folder();
  const TemporaryFolder to = Folder();
  const std::string large(3 << 20, 'x');
  Write(from.path() / "large", large);
  Write(from.path() / "empty", "");
  const fs::path archive = from.path() / "archive";
  ASSERT_TRUE(WriteArchive(archive, from.path(), {"large", "empty"}).ok());
  ASSERT_TRUE(ReadArchive(archive, to.path()).ok());
  EXPECT_EQ(Read(to.path() / "large"), large);
  EXPECT_TRUE(fs::exists(to.path() / "empty"));
  EXPECT_EQ(fs::status(archive).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(WriteArchive(archive, from.path(), {"empty"}).ok()) << "written over";
}

TEST(Archive, LeavesNothingWhenAFileIsMissing) {
  const TemporaryFolder folder = Folder();
  EXPECT_FALSE(WriteArchive(folder.path() / "archive", folder.path(), {"missing"}).ok());
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// An archive with one member of this name and kind, as somebody else's program may make it.
void MakeForeign(const fs::path& path, const char* name, mode_t kind) {
  archive* a = archive_write_new();
  archive_write_set_format_pax_restricted(a);
  archive_write_add_filter_zstd(a);
  archive_write_open_filename(a, path.c_str());
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name);
  archive_entry_set_filetype(entry, kind);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, 0);
  if (kind == AE_IFLNK) archive_entry_set_symlink(entry, "/etc/passwd");
  archive_write_header(a, entry);
  archive_entry_free(entry);
  archive_write_close(a);
  archive_write_free(a);
}

TEST(Archive, WritesNowhereElse) {
  const TemporaryFolder place = Folder();
  const fs::path archive = place.path() / "archive";
  const fs::path to = place.path() / "to";
  fs::create_directory(to);
  for (const auto& [name, kind] : {std::pair<const char*, mode_t>{"../outside", AE_IFREG},
                                   {"/tmp/outside", AE_IFREG},
                                   {"a/b", AE_IFREG},
                                   {"..", AE_IFREG},
                                   {"link", AE_IFLNK},
                                   {"folder", AE_IFDIR}}) {
    fs::remove(archive);
    MakeForeign(archive, name, kind);
    EXPECT_EQ(ReadArchive(archive, to).code(), absl::StatusCode::kDataLoss) << name;
    EXPECT_TRUE(fs::is_empty(to)) << name;
    EXPECT_FALSE(fs::exists(place.path() / "outside")) << name;
  }
}

TEST(Folder, IsCopiedInTheOrderThatRecoveryPutsRight) {
  const TemporaryFolder data = Folder();
  for (const char* name :
       {"erasures.txt", "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm",
        "journal.lock", "contact_keys.sqlite", "contacts.sqlite", "history.sqlite", "token.key",
        "snapshot-000000000012.wsnap", "config.applied.new", ".hidden"}) {
    Write(data.path() / name, name);
  }
  const auto names = FilesToCopy(data.path());
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, ElementsAre("history.sqlite", "snapshot-000000000012.wsnap", "token.key",
                                  "contacts.sqlite", "contact_keys.sqlite", "journal.sqlite",
                                  "erasures.txt"));
}

TEST(Folder, WithoutAJournalIsNone) {
  const TemporaryFolder data = Folder();
  Write(data.path() / "history.sqlite", "");
  EXPECT_EQ(FilesToCopy(data.path()).status().code(), absl::StatusCode::kNotFound);
}

TEST(Folder, AFileThatHasGoneMeanwhileIsLeftOut) {
  const TemporaryFolder data = Folder();
  const TemporaryFolder to = Folder();
  const auto copied = CopyFile(data.path(), "snapshot-000000000012.wsnap", to.path());
  ASSERT_TRUE(copied.ok());
  EXPECT_FALSE(*copied);
}

TEST(Sha256, IsTheOneOfTheStandard) {
  const TemporaryFolder folder = Folder();
  Write(folder.path() / "abc", "abc");
  EXPECT_EQ(*Sha256OfFile(folder.path() / "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace wissel::backup
