// What the contact store keeps: people, their contacts over all channels, and what was said. Plain
// data; all texts are UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/core/channel.h"
#include "base/time.h"
#include "channels/contacts/addresses.h"
#include "router/core/ids.h"

namespace wissel::contacts {

// The same numbers as wissel.v1.ContactEntry.Author.
enum class Author : uint8_t { kCustomer = 1, kAgent = 2, kSystem = 3 };

// The same numbers as wissel.v1.ContactEntry.Kind.
enum class EntryKind : uint8_t {
  kMessage = 1,
  kMail = 2,
  kNote = 3,   // for colleagues, never for the customer
  kEvent = 4,  // what happened: a call was answered, a notice was sent
};

struct Field {
  std::string name;
  std::string value;

  bool operator==(const Field&) const = default;
};

// Of the first of that name; empty: there is none.
const std::string& ValueOf(const std::vector<Field>& fields, std::string_view name);

struct Attachment {
  std::string id;  // 22 characters; "attachments/{id}" is its name
  std::string file_name;
  std::string media_type;
  int64_t size = 0;

  bool operator==(const Attachment&) const = default;
};

struct Entry {
  int64_t number = 0;  // from 1, without gaps
  Author author = Author::kCustomer;
  EntryKind kind = EntryKind::kMessage;
  std::string author_name = {};  // as the other side sees it
  std::string text = {};
  Instant time = {};
  std::string agent = {};           // who wrote it for the center, last part of the resource name
  std::string html = {};            // of a mail, as it came: who shows it makes it harmless
  std::vector<Field> headers = {};  // of a mail or call; for the channel alone
  std::vector<Attachment> attachments = {};

  bool operator==(const Entry&) const = default;
};

// Of an entry in which a customer says how satisfied they are: a header of this name, "1" to "5".
inline constexpr std::string_view kRatingField = "rating";

// A conversation, a thread of mails, a call: one matter over one channel.
struct Contact {
  std::string name;  // as a work item's `contact`: "chats/{id}", "mails/{id}", "calls/{id}"
  Channel channel = Channel::kChat;
  std::string queue;     // where it began, last part of the resource name
  std::string customer;  // "customers/{id}", whoever they were merged into
  std::string display_name;
  std::string language;
  std::string subject;
  std::vector<Field> fields;  // of a form
  Instant started;
  std::optional<ItemId> item;    // the current or last one
  std::optional<Instant> ended;  // none: it is under way
  std::string agent;             // who had it last, last part of the resource name
  std::vector<Entry> entries;

  bool operator==(const Contact&) const = default;
};

// What an agent has written and not sent; one for each agent and contact.
struct Draft {
  std::string text;
  std::string html;
  std::vector<Field> headers;
  Instant saved;

  bool operator==(const Draft&) const = default;
};

struct Customer {
  std::string name;  // "customers/{id}"
  std::string display_name;
  std::string language;
  std::string note;
  std::vector<Address> addresses;       // those of all who were merged into them
  std::vector<Channel> do_not_contact;  // no proactive contact over these; replies are not meant
  std::vector<std::string> merged;      // "customers/{id}": who were merged into them
  Instant created;

  bool operator==(const Customer&) const = default;
};

// 128 bits from the system's random source, in base64url: 22 characters of [A-Za-z0-9_-].
std::string NewToken();
// 16 bytes in that form.
std::string TokenOf(std::string_view bytes);
bool IsToken(std::string_view text);

// "chats", "calls", "mails", "messages", "forms", "callbacks", "outbounds", "tasks".
std::string_view CollectionOf(Channel channel);
// "chats/{id}" with a new id.
std::string NewContactName(Channel channel);
// Of the form that NewContactName makes, of whichever channel.
bool IsContactName(std::string_view name);

inline constexpr std::string_view kCustomerPrefix = "customers/";
bool IsCustomerName(std::string_view name);

}  // namespace wissel::contacts
