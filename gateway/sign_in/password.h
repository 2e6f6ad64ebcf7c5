// Passwords as Argon2id hashes, slow and large by design (19 MiB, two passes: OWASP's least).
//
// Threads: free functions; each call takes some 20 ms of a core, so never on a door's thread.
#pragma once

#include <string>

namespace wissel::sign_in {

// With a salt of its own: "$argon2id$v=19$m=19456,t=2,p=1$...".
std::string HashPassword(const std::string& password);

bool PasswordFits(const std::string& hash, const std::string& password);

}  // namespace wissel::sign_in
