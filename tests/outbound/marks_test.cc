// Who is marked is not called, whoever asks.
#include "tests/outbound/outbound_testing.h"

namespace wissel::testing {
namespace {

using absl::StatusCode;

constexpr char kSet[] = "DoNotContactService.SetDoNotContact";

class MarksTest : public OutboundCenter {
 protected:
  static std::string Phone(const std::string& number) {
    return R"({"address": {"kind": "PHONE", "text": ")" + number + R"("}, "reason": "REGISTER"})";
  }
  v1::SetDoNotContactResponse Set(const std::string& marks) {
    return Must<v1::SetDoNotContactResponse>(kSet, R"({"marks": [)" + marks + "]}");
  }
  absl::Status MayCall(const std::string& customer, const std::string& number) {
    std::promise<absl::Status> answer;
    room_->MayCall(customer, {contacts::AddressKind::kPhone, number},
                   [&](const absl::Status& status) { answer.set_value(status); });
    return answer.get_future().get();
  }
};

TEST_F(MarksTest, AMarkedNumberIsNotCalled) {
  Set(Phone("02 555 01 01"));
  MakeList(R"("mostOpen": 5)");
  AddPeople(2);
  EXPECT_EQ(EntryAt(1).state(), v1::OutboundEntry::DO_NOT_CONTACT);
  EXPECT_EQ(EntryAt(1).history_size(), 0);
  ASSERT_EQ(Items().size(), 1u);
  EXPECT_TRUE(absl::IsPermissionDenied(MayCall("", "+3225550101")));
  EXPECT_EQ(FieldAtFault(MayCall("", "+3225550101")), "number");
  EXPECT_TRUE(MayCall("", "+3225550102").ok());
}

TEST_F(MarksTest, AMarkSetBetweenTwoAttemptsHolds) {
  MakeList(R"("pause": "600s")");
  AddPeople(1);
  center_.Available("olga");
  Miss("olga", Accept("olga"));
  Set(Phone(NumberOf(1)));
  Advance(Duration::Minutes(10));
  EXPECT_TRUE(Items().empty());
  EXPECT_EQ(EntryAt(1).state(), v1::OutboundEntry::DO_NOT_CONTACT);
}

TEST_F(MarksTest, ACustomersMarkAndTheirOwnWishCount) {
  MakeList(R"("mostOpen": 1)", false);
  AddPeople(3);
  Set(R"({"customer": ")" + EntryAt(1).customer() + R"(", "reason": "COMPLAINT"})");
  std::promise<void> changed;
  contacts::CustomerChange change{EntryAt(2).customer()};
  change.do_not_contact = {Channel::kVoice};
  store_->ChangeCustomer(change, "users/root", center_.shard().now(),
                         [&](const absl::StatusOr<contacts::Customer>&) { changed.set_value(); });
  changed.get_future().wait();
  Must<v1::OutboundList>("OutboundService.StartOutboundList",
                         R"({"name": "outboundLists/spring"})");
  EXPECT_EQ(Counts(), "OPEN 1, DO_NOT_CONTACT 2");
  EXPECT_EQ(EntryAt(3).state(), v1::OutboundEntry::OPEN);
  const auto check = Must<v1::CheckDoNotContactResponse>(
      "DoNotContactService.CheckDoNotContact", R"({"customer": ")" + EntryAt(2).customer() + "\"}",
      Desk("olga"));
  EXPECT_TRUE(check.forbidden());
  EXPECT_FALSE(check.has_mark());
}

TEST_F(MarksTest, AMarkHoldsAfterItsPersonWasErased) {
  MakeList("", false);
  AddPeople(1);
  Set(Phone(NumberOf(1)));
  std::promise<void> erased;
  store_->EraseCustomer(EntryAt(1).customer(), "users/root", center_.shard().now(),
                        [&](const absl::StatusOr<int64_t>&) { erased.set_value(); });
  erased.get_future().wait();
  OpenRoom();
  EXPECT_TRUE(absl::IsPermissionDenied(MayCall("", NumberOf(1))));
}

TEST_F(MarksTest, TheSameMarkAgainStaysAsItIs) {
  EXPECT_EQ(Set(Phone("+3225550101") + ", " + Phone("+3225550102")).added(), 2);
  const auto again = Set(R"({"address": {"kind": "PHONE", "text": "02/555.01.01"},
                             "reason": "OTHER"})");
  EXPECT_EQ(again.added(), 0);
  EXPECT_EQ(again.marks(0).reason(), v1::DoNotContact::REGISTER);
  auto list = Must<v1::ListDoNotContactResponse>("DoNotContactService.ListDoNotContact",
                                                 R"({"pageSize": 1})");
  ASSERT_EQ(list.marks_size(), 1);
  EXPECT_EQ(list.marks(0).name(), "doNotContact/1");
  EXPECT_EQ(list.marks(0).kind(), v1::CustomerAddress::PHONE);
  list = Must<v1::ListDoNotContactResponse>("DoNotContactService.ListDoNotContact",
                                            R"({"pageToken": ")" + list.next_page_token() + "\"}");
  ASSERT_EQ(list.marks_size(), 1);
  EXPECT_EQ(list.next_page_token(), "");
  Must<v1::RemoveDoNotContactResponse>("DoNotContactService.RemoveDoNotContact",
                                       R"({"name": "doNotContact/1"})");
  EXPECT_TRUE(MayCall("", "+3225550101").ok());
  Must<v1::RemoveDoNotContactResponse>("DoNotContactService.RemoveDoNotContact",
                                       R"({"address": {"kind": "PHONE", "text": "+3225550102"}})");
  EXPECT_TRUE(MayCall("", "+3225550102").ok());
}

TEST_F(MarksTest, WhatIsWrongChangesNothing) {
  const auto refused = [&](const std::string& marks, const std::string& field) {
    Refused<v1::SetDoNotContactResponse>(kSet, R"({"marks": [)" + marks + "]}",
                                         StatusCode::kInvalidArgument, field);
  };
  refused("", "marks");
  refused(Phone("+3225550101") + ", " + Phone("12"), "marks[1].address.text");
  refused(R"({"reason": "ASKED"})", "marks[0]");
  refused(R"({"customer": "mia", "reason": "ASKED"})", "marks[0].customer");
  refused(R"({"customer": "customers/AAAAAAAAAAAAAAAAAAAAAA"})", "marks[0].reason");
  refused(R"({"address": {"kind": "EXTERNAL", "text": "crm:1"}, "reason": "ASKED"})",
          "marks[0].address.kind");
  EXPECT_EQ(
      Must<v1::ListDoNotContactResponse>("DoNotContactService.ListDoNotContact", "{}").marks_size(),
      0);
  Refused<v1::RemoveDoNotContactResponse>("DoNotContactService.RemoveDoNotContact",
                                          R"({"name": "doNotContact/7"})", StatusCode::kNotFound,
                                          "name");
  Refused<v1::SetDoNotContactResponse>(kSet, R"({"marks": []})", StatusCode::kPermissionDenied, "",
                                       Desk("olga"));
}

}  // namespace
}  // namespace wissel::testing
