// Random operations on the store and on a plain model of it in memory, which must agree, across
// restarts too.
#include <algorithm>
#include <random>
#include <set>

#include "tests/contacts/store_testing.h"

namespace wissel::contacts {
namespace {

using testing::At;

struct ModelCustomer {
  std::string display_name;
  std::set<Address> addresses;
  std::string merged_into;
};

class ModelTest : public testing::StoreTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<uint32_t>(below)); }
  Address AnyAddress() { return Email("m" + std::to_string(Pick(12)) + "@example.org"); }
  std::string AnyCustomer() {
    if (customers_.empty()) return "customers/AAAAAAAAAAAAAAAAAAAAAA";
    return std::next(customers_.begin(), Pick(static_cast<int>(customers_.size())))->first;
  }
  std::string AnyContact() {
    if (contacts_.empty()) return NewContactName(Channel::kChat);
    return std::next(contacts_.begin(), Pick(static_cast<int>(contacts_.size())))->first;
  }
  std::string Root(std::string name) {
    while (!customers_[name].merged_into.empty()) name = customers_[name].merged_into;
    return name;
  }
  std::set<std::string> Group(const std::string& root) {
    std::set<std::string> group;
    for (const auto& [name, customer] : customers_) {
      if (Root(name) == root) group.insert(name);
    }
    return group;
  }
  std::string* OwnerOf(const Address& address) {
    for (auto& [name, customer] : customers_) {
      if (customer.addresses.contains(address)) return &(owner_ = name);
    }
    return nullptr;
  }

  void StartOne() {
    NewContact start = Mail("", "subject " + std::to_string(Pick(1000)), At(step_));
    start.addresses = {AnyAddress()};
    if (Pick(3) == 0) start.addresses.push_back(AnyAddress());
    if (Pick(2) == 0) start.request_key = "r" + std::to_string(Pick(20));
    const auto started = Start(start);
    ASSERT_TRUE(started.ok()) << started.status();
    if (auto before = requests_.find(start.request_key);
        !start.request_key.empty() && before != requests_.end()) {
      EXPECT_TRUE(started->repeated);
      EXPECT_EQ(started->contact.name, before->second);
      return;
    }
    EXPECT_FALSE(started->repeated);
    std::string* owner = nullptr;
    for (const Address& address : start.addresses) {
      if (owner == nullptr) owner = OwnerOf(address);
    }
    std::string customer = owner == nullptr ? started->contact.customer : Root(*owner);
    EXPECT_EQ(started->contact.customer, customer);
    if (owner == nullptr) {
      EXPECT_FALSE(customers_.contains(customer));
    }
    for (const Address& address : start.addresses) {
      if (OwnerOf(address) == nullptr) customers_[customer].addresses.insert(address);
    }
    Contact contact = started->contact;
    contact.customer = customer;
    contacts_[contact.name] = contact;
    if (!start.request_key.empty()) requests_[start.request_key] = contact.name;
  }

  void AppendOne() {
    const std::string name = AnyContact();
    NewEntry entry = Text(name, "text " + std::to_string(Pick(1000)));
    const auto appended = Append(entry);
    const auto it = contacts_.find(name);
    if (it == contacts_.end()) {
      EXPECT_EQ(appended.status().code(), absl::StatusCode::kNotFound);
      return;
    }
    ASSERT_TRUE(appended.ok()) << appended.status();
    EXPECT_EQ(appended->entry.number, static_cast<int64_t>(it->second.entries.size()) + 1);
    it->second.entries.push_back(appended->entry);
  }

  void MergeTwo() {
    const std::string into = AnyCustomer();
    const std::string from = AnyCustomer();
    const auto merged = Merge(into, from);
    if (into == from || !customers_.contains(into)) {
      EXPECT_FALSE(merged.ok());
      return;
    }
    ASSERT_TRUE(merged.ok()) << merged.status();
    const std::string root = Root(from);
    if (Root(into) != root) customers_[root].merged_into = Root(into);
    EXPECT_EQ(merged->name, Root(into));
  }

  void SplitOne() {
    const std::string customer = AnyCustomer();
    const bool merged = customers_.contains(customer) && !customers_[customer].merged_into.empty();
    EXPECT_EQ(Split(customer).ok(), merged);
    if (merged) customers_[customer].merged_into.clear();
  }

  void EraseOne() {
    const std::string customer = AnyCustomer();
    if (!customers_.contains(customer)) return;
    const std::set<std::string> group = Group(Root(customer));
    int64_t gone = 0;
    for (auto it = contacts_.begin(); it != contacts_.end();) {
      if (!group.contains(it->second.customer)) {
        ++it;
        continue;
      }
      std::erase_if(requests_, [&](const auto& r) { return r.second == it->first; });
      it = contacts_.erase(it);
      ++gone;
    }
    for (const std::string& name : group) customers_.erase(name);
    EXPECT_EQ(*Erase(customer), gone);
    EXPECT_EQ(*LoadCustomer(customer), std::nullopt);
  }

  void SetOrEnd() {
    const std::string name = AnyContact();
    const auto it = contacts_.find(name);
    if (it == contacts_.end()) return;
    if (Pick(2) == 0) {
      it->second.item = ItemId(static_cast<uint64_t>(step_) + 1);
      it->second.ended.reset();
      store_->SetItem(name, *it->second.item);
    } else {
      EXPECT_EQ(*End(name, At(step_), "anna"), !it->second.ended.has_value());
      if (!it->second.ended) it->second.ended = At(step_), it->second.agent = "anna";
    }
  }

  void Compare() {
    for (const auto& [name, expected] : contacts_) {
      Contact whole = expected;
      whole.customer = Root(expected.customer);
      ASSERT_EQ(Load(name), whole) << "step " << step_;
    }
    for (const auto& [name, expected] : customers_) {
      const auto customer = *LoadCustomer(name);
      ASSERT_TRUE(customer.has_value());
      const std::set<std::string> group = Group(Root(name));
      EXPECT_EQ(customer->name, Root(name));
      EXPECT_EQ(customer->merged.size() + 1, group.size());
      std::set<Address> addresses;
      size_t contacts = 0;
      for (const std::string& member : group) {
        addresses.insert(customers_[member].addresses.begin(), customers_[member].addresses.end());
        contacts += static_cast<size_t>(
            std::count_if(contacts_.begin(), contacts_.end(),
                          [&](const auto& c) { return c.second.customer == member; }));
      }
      EXPECT_EQ(std::set<Address>(customer->addresses.begin(), customer->addresses.end()),
                addresses);
      EXPECT_EQ(List(name)->contacts.size(), contacts);
    }
    for (int i = 0; i < 12; ++i) {
      const Address address = Email("m" + std::to_string(i) + "@example.org");
      const std::string* owner = OwnerOf(address);
      const auto found = *FindCustomer(address);
      EXPECT_EQ(found ? found->name : "", owner == nullptr ? "" : Root(*owner));
    }
  }

  std::minstd_rand random_{GetParam()};
  int step_ = 0;
  std::map<std::string, ModelCustomer> customers_;
  std::map<std::string, Contact> contacts_;  // their customer is the one they came in under
  std::map<std::string, std::string> requests_;
  std::string owner_;
};

TEST_P(ModelTest, AgreesWithTheStore) {
  for (step_ = 0; step_ < 150; ++step_) {
    const int what = Pick(20);
    if (what < 6) {
      StartOne();
    } else if (what < 12) {
      AppendOne();
    } else if (what < 14) {
      MergeTwo();
    } else if (what < 16) {
      SplitOne();
    } else if (what == 16) {
      EraseOne();
    } else {
      SetOrEnd();
    }
    if (step_ % 40 == 39) {
      Compare();
      Open();
    }
    if (HasFatalFailure()) return;
  }
  Compare();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range(1u, 7u));

}  // namespace
}  // namespace wissel::contacts
