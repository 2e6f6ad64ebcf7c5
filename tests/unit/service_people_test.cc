// The people directory: names outlive the process, and an erased name is in no file.
#include "agents/service/people.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>

namespace wissel {
namespace {

class PeopleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) / "wissel_people_test";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Open();
  }
  void TearDown() override {
    people_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    people_.reset();
    people_ = *People::Open((folder_ / "people.db").string());
  }
  absl::Status Set(const std::string& agent, const std::string& name) {
    std::promise<absl::Status> done;
    people_->Set(agent, {name, ""},
                 [&](absl::Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }
  absl::Status Erase(const std::string& agent) {
    std::promise<absl::Status> done;
    people_->Erase(agent, [&](absl::Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }
  // How many files of the folder hold the text.
  int FilesWith(const std::string& text) const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      if (bytes.find(text) != std::string::npos) ++count;
    }
    return count;
  }

  std::filesystem::path folder_;
  std::unique_ptr<People> people_;
};

TEST_F(PeopleTest, NamesOutliveTheProcess) {
  EXPECT_EQ(people_->Find("anna"), "");
  EXPECT_TRUE(Set("anna", "Anna Peeters").ok());
  EXPECT_EQ(people_->Find("anna"), "Anna Peeters");
  Open();
  EXPECT_EQ(people_->Find("anna"), "Anna Peeters");
}

TEST_F(PeopleTest, ErasedIsErased) {
  EXPECT_TRUE(Set("anna", "Canary Peeters").ok());
  EXPECT_TRUE(Set("bert", "Bert Claes").ok());
  EXPECT_GE(FilesWith("Canary Peeters"), 1);
  EXPECT_TRUE(Erase("anna").ok());
  EXPECT_EQ(people_->Find("anna"), "");
  EXPECT_EQ(FilesWith("Canary Peeters"), 0);
  Open();
  EXPECT_EQ(people_->Find("anna"), "");
  EXPECT_EQ(people_->Find("bert"), "Bert Claes");
  EXPECT_EQ(FilesWith("Canary Peeters"), 0);
}

TEST_F(PeopleTest, ANameThatWasReplacedIsErasedToo) {
  EXPECT_TRUE(Set("anna", "Canary Before").ok());
  EXPECT_TRUE(Set("anna", "Anna After").ok());
  EXPECT_EQ(people_->Find("anna"), "Anna After");
  EXPECT_EQ(FilesWith("Canary Before"), 0);
}

TEST_F(PeopleTest, AnEmptyNameErases) {
  EXPECT_TRUE(Set("anna", "Canary Peeters").ok());
  EXPECT_TRUE(Set("anna", "").ok());
  EXPECT_EQ(FilesWith("Canary Peeters"), 0);
}

TEST_F(PeopleTest, KeepOnlyErasesTheOthers) {
  EXPECT_TRUE(Set("anna", "Anna Peeters").ok());
  EXPECT_TRUE(Set("bert", "Canary Claes").ok());
  std::promise<absl::Status> done;
  people_->KeepOnly({"anna"}, [&](absl::Status status) { done.set_value(std::move(status)); });
  EXPECT_TRUE(done.get_future().get().ok());
  EXPECT_EQ(people_->Find("anna"), "Anna Peeters");
  EXPECT_EQ(people_->Find("bert"), "");
  EXPECT_EQ(FilesWith("Canary Claes"), 0);
}

TEST_F(PeopleTest, WhatIsNoDatabaseIsRefused) {
  people_.reset();
  std::ofstream(folder_ / "other.db") << std::string(4096, 'x');
  EXPECT_EQ(People::Open((folder_ / "other.db").string()).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(PeopleTest, ChangesUnderWayAreFinishedAtTheEnd) {
  int answered = 0;
  for (int i = 0; i < 50; ++i) {
    people_->Set("agent-" + std::to_string(i), {"Someone", ""}, [&](absl::Status status) {
      EXPECT_TRUE(status.ok());
      ++answered;
    });
  }
  people_.reset();
  EXPECT_EQ(answered, 50);
}

}  // namespace
}  // namespace wissel
