#include "eventstore/sha256.h"

// The functions under OpenSSL's EVP layer: setting that up (providers, configuration file, error strings) took 23 % of
// the instructions of a whole CLI command, and each hash went through it. They use the processor's SHA instructions all
// the same.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "schemas/check.h"

namespace annals {

struct Sha256Stream::Impl {
  SHA256_CTX context;
};

Sha256Stream::Sha256Stream() : impl_(std::make_unique<Impl>()) {
  CHECK(SHA256_Init(&impl_->context) == 1);
}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Add(std::string_view bytes) {
  CHECK(SHA256_Update(&impl_->context, bytes.data(), bytes.size()) == 1);
}

Hash Sha256Stream::Finish() {
  Hash hash;
  CHECK(SHA256_Final(hash.data(), &impl_->context) == 1);
  return hash;
}

Hash Sha256(std::initializer_list<std::string_view> pieces) {
  SHA256_CTX context;
  CHECK(SHA256_Init(&context) == 1);
  for (const std::string_view piece : pieces) CHECK(SHA256_Update(&context, piece.data(), piece.size()) == 1);
  Hash hash;
  CHECK(SHA256_Final(hash.data(), &context) == 1);
  return hash;
}

}  // namespace annals
