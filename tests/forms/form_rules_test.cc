#include "channels/forms/form_rules.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "google/protobuf/util/json_util.h"
#include "tests/forms/complaint.h"

namespace wissel::forms {
namespace {

using Kind = Problem::Kind;

std::vector<Problem> Of(const Values& values) {
  const v1::Form form = Complaint();
  return ProblemsOf(form, Cleaned(form, values), "BE");
}

// What suffices, with one value instead.
std::vector<Problem> With(const std::string& field, const std::string& value) {
  Values values{{"what", "my file"}, {"topic", "late"}};
  values[field] = value;
  return Of(values);
}

TEST(FormRules, TakeWhatSuffices) {
  EXPECT_TRUE(CheckForm(Complaint()).ok()) << CheckForm(Complaint());
  EXPECT_EQ(Of({{"what", "my file"}, {"topic", "late"}}), std::vector<Problem>());
  EXPECT_EQ(Of({{"what", "  Zoë\r\nwaits "},
                {"topic", "late"},
                {"mail", "mia@example.org"},
                {"phone", "02 555 01 23"},
                {"since", "2026-03-31"},
                {"children", "3"},
                {"agreed", "yes"}}),
            std::vector<Problem>());
}

TEST(FormRules, CleanWhatIsSent) {
  EXPECT_EQ(Cleaned(Complaint(), {{"what", " a\r\nb\rc \n"}, {"send", "1"}, {"mail", "  "}}),
            (Values{{"what", "a\nb\nc"}}));
}

TEST(FormRules, NameEveryFault) {
  EXPECT_EQ(Of({}), (std::vector<Problem>{{"topic", Kind::kMissing}, {"what", Kind::kMissing}}));
  EXPECT_EQ(With("what", std::string(31, 'x')),
            (std::vector<Problem>{{"what", Kind::kTooLong, 0, 30}}));
  const std::string euros = "\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac";
  EXPECT_TRUE(With("what", euros + euros + euros).empty()) << "characters count, not bytes";
  const std::pair<const char*, Kind> wrong[] = {
      {"mail", Kind::kNoEmail},      {"phone", Kind::kNoPhone},  {"since", Kind::kNoDate},
      {"children", Kind::kNoNumber}, {"topic", Kind::kNoChoice}, {"agreed", Kind::kNoChoice}};
  for (const auto& [field, kind] : wrong) {
    const auto problems = With(field, "<b>no</b>");
    ASSERT_EQ(problems.size(), 1u) << field;
    EXPECT_EQ(problems[0].field, field);
    EXPECT_EQ(problems[0].kind, kind) << field;
    EXPECT_EQ(FieldAtFault(RefusalOf(problems[0])), std::string("fields.") + field);
  }
  EXPECT_EQ(With("children", "21"), (std::vector<Problem>{{"children", Kind::kOutOfRange, 0, 20}}));
  EXPECT_EQ(With("since", "2026-02-30")[0].kind, Kind::kNoDate);
}

TEST(FormRules, TakeOnlyText) {
  for (const std::string bad :
       {std::string("a\0b", 3), std::string("\xff"), std::string("a\x1b[m")}) {
    for (const char* field : {"what", "mail", "topic"}) {
      ASSERT_EQ(With(field, bad).size(), 1u);
      EXPECT_EQ(With(field, bad)[0].kind, Kind::kNoText);
    }
  }
  // A line holds no line ends: it may become a mail's header one day.
  EXPECT_EQ(With("mail", "mia@example.org\r\nBcc: all@example.org")[0].kind, Kind::kNoText);
}

TEST(FormRules, AFormThatCannotBeIsNamed) {
  const auto at = [](auto change) {
    v1::Form form = Complaint();
    change(form);
    const absl::Status status = CheckForm(form);
    EXPECT_FALSE(status.ok());
    return std::string(FieldAtFault(status));
  };
  EXPECT_EQ(at([](v1::Form& f) { f.set_name("complaint"); }), "name");
  EXPECT_EQ(at([](v1::Form& f) { f.clear_title(); }), "title");
  EXPECT_EQ(at([](v1::Form& f) { f.clear_fields(); }), "fields");
  EXPECT_EQ(at([](v1::Form& f) { f.mutable_fields(1)->set_name("What?"); }), "fields[1].name");
  EXPECT_EQ(at([](v1::Form& f) { f.mutable_fields(1)->set_name("topic"); }), "fields[1].name");
  EXPECT_EQ(at([](v1::Form& f) { f.mutable_fields(0)->clear_choices(); }), "fields[0].choices");
  EXPECT_EQ(at([](v1::Form& f) { f.mutable_fields(1)->clear_type(); }), "fields[1].type");
  EXPECT_EQ(at([](v1::Form& f) { f.mutable_fields(1)->set_longest(20'000); }), "fields[1].longest");
}

}  // namespace
}  // namespace wissel::forms
