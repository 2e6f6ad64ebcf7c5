// Between what the store keeps (contact.h) and what is sealed of it (records.proto). Pure.
//
// Reading gives DATA_LOSS for bytes that are no record; that they are the right ones the seal says.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "channels/contacts/contact.h"

namespace wissel::contacts {

// Without what stands in columns of its own.
std::string RecordOf(const Customer& customer);
absl::Status ReadRecord(std::string_view record, Customer& customer);
std::string RecordOf(const Contact& contact);
absl::Status ReadRecord(std::string_view record, Contact& contact);
std::string RecordOf(const Entry& entry);
absl::Status ReadRecord(std::string_view record, Entry& entry);
std::string RecordOf(const Attachment& attachment);
absl::Status ReadRecord(std::string_view record, Attachment& attachment);
std::string RecordOf(const Draft& draft);
absl::Status ReadRecord(std::string_view record, Draft& draft);

// Parts of the identity of a row, each with its length, so that no two rows have the same.
class Identity {
 public:
  explicit Identity(std::string_view table) { Add(table); }
  Identity& Add(std::string_view text);
  Identity& Add(int64_t number);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace wissel::contacts
