#include "eventstore/sha256.h"

#include <memory>

#include <openssl/evp.h>

#include "schemas/check.h"

namespace annals {
namespace {

struct ContextFreer {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct DigestFreer {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};

// Fetched once and reused: one-shot calls look the algorithm up each time and reach 40 % of the speed.
struct Hasher {
  Hasher() : digest(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context(EVP_MD_CTX_new()) { CHECK(digest && context); }
  std::unique_ptr<EVP_MD, DigestFreer> digest;
  std::unique_ptr<EVP_MD_CTX, ContextFreer> context;
};

void Begin(const Hasher& hasher) {
  CHECK(EVP_DigestInit_ex2(hasher.context.get(), hasher.digest.get(), nullptr) == 1);
}
void Add(const Hasher& hasher, std::string_view bytes) {
  CHECK(EVP_DigestUpdate(hasher.context.get(), bytes.data(), bytes.size()) == 1);
}
Hash End(const Hasher& hasher) {
  Hash hash;
  unsigned int size = 0;
  CHECK(EVP_DigestFinal_ex(hasher.context.get(), hash.data(), &size) == 1);
  CHECK(size == hash.size());
  return hash;
}

}  // namespace

Hash Sha256(std::initializer_list<std::string_view> pieces) {
  thread_local Hasher hasher;
  Begin(hasher);
  for (const std::string_view piece : pieces) Add(hasher, piece);
  return End(hasher);
}

struct Sha256Stream::Impl {
  Hasher hasher;
};
Sha256Stream::Sha256Stream() : impl_(std::make_unique<Impl>()) {
  Begin(impl_->hasher);
}
Sha256Stream::~Sha256Stream() = default;
void Sha256Stream::Add(std::string_view bytes) {
  annals::Add(impl_->hasher, bytes);
}
Hash Sha256Stream::Finish() {
  return End(impl_->hasher);
}

}  // namespace annals
