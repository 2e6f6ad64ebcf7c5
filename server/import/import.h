// `wissel import`: people, lists and marks out of a CSV file, through a server that runs.
//
// All lines are read and checked, by the server as well, before anything is changed. A line that is
// right and has been imported before changes nothing.
#pragma once

#include <string>
#include <vector>

namespace wissel::imports {

// What `wissel import --help` says.
inline constexpr const char* kImportHelp =
    "Take in agents, customers, people to be called, recipients of a mailing, or marks of who is "
    "not\n"
    "to be contacted, from a CSV file with the names of its columns in the first line, through a\n"
    "server that runs. All lines are checked before anything is changed; the same file again "
    "changes\n"
    "nothing.\n"
    "\n"
    "  agents           id, display_name, routing_profile, team, partner, skills (french:5; "
    "dutch:3),\n"
    "                   phone, order, attribute.KEY\n"
    "  customers        external_id (crm:4711), phone, email, display_name, language, note,\n"
    "                   do_not_contact (voice; email); of each address several, with ; between\n"
    "  list             key, number, external_id, customer, display_name, language, not_before,\n"
    "                   not_after (2026-03-02T09:00:00Z); other columns are fields the agent sees\n"
    "  mailing          address, language, key, customer, and a column for each field of the "
    "mailing\n"
    "  do-not-contact   phone, email or customer, and reason (asked, register, complaint, "
    "deceased,\n"
    "                   undeliverable, other)";

inline const std::vector<std::string> kKinds = {"agents", "customers", "list", "mailing",
                                                "do-not-contact"};

struct ImportOptions {
  std::string what;    // one of kKinds
  std::string file;    // "-": standard input
  std::string into;    // of a list, of recipients: "spring", or "outboundLists/spring"
  std::string server;  // HOST:PORT of its gRPC door
  std::string token;   // of a manager or admin; an integration's will do but for agents
  bool dry_run = false;
  bool skip_bad = false;  // lines that are wrong are left out
  bool json = false;
};

// Prints what was done, and on standard error what is wrong; returns the exit code: 0 done (or, of
// a dry run, nothing is wrong), 1 not, or not all, 2 wrong use.
int RunImport(const ImportOptions& options);

}  // namespace wissel::imports
