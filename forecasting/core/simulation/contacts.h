// The contacts that have not ended, by the engine's id of the item, which rises from contact to
// contact: a ring. Pure; one thread.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace wissel::simulation {

struct Contact {
  enum class State : uint8_t { kEnded, kWaiting, kOffered, kHandled, kWrapUp };
  int64_t came_ms = 0;
  int64_t answered_ms = 0;
  uint64_t id = 0;
  uint64_t number = 0;  // of its queue
  uint32_t queue = 0;
  uint32_t agent = 0;
  uint64_t offer = 0;
  State state = State::kEnded;
  bool planned_to_leave = false;
};

class Contacts {
 public:
  Contact& Add(uint64_t id) {
    Contact& contact = At(id);
    if (contact.state != Contact::State::kEnded) {
      Grow(id);
      return Add(id);
    }
    contact = Contact{};
    contact.id = id;
    return contact;
  }
  // Null for one that has ended, or never was one.
  Contact* Find(uint64_t id) {
    Contact& contact = At(id);
    return contact.id == id && contact.state != Contact::State::kEnded ? &contact : nullptr;
  }
  template <class Visit>
  void ForEach(Visit visit) {
    for (Contact& contact : ring_) {
      if (contact.state != Contact::State::kEnded) visit(contact);
    }
  }

 private:
  Contact& At(uint64_t id) { return ring_[id & (ring_.size() - 1)]; }
  // Until those that live lie apart.
  void Grow(uint64_t id) {
    std::vector<Contact> old = std::move(ring_);
    size_t size = old.size();
    for (bool apart = false; !apart;) {
      size *= 2;
      ring_.assign(size, Contact{});
      apart = true;
      for (const Contact& contact : old) {
        if (contact.state == Contact::State::kEnded) continue;
        Contact& place = At(contact.id);
        apart = apart && place.state == Contact::State::kEnded && (contact.id ^ id) % size != 0;
        place = contact;
      }
    }
  }

  std::vector<Contact> ring_ = std::vector<Contact>(256);
};

}  // namespace wissel::simulation
