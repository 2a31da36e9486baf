// SHA-256 over up to a few pieces, laid one after the other, or over what comes bit by bit.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>

#include "eventstore/types.h"

namespace annals {

Hash Sha256(std::initializer_list<std::string_view> pieces);

class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  void Add(std::string_view bytes);
  // The hash of all that was added. Nothing may be added after it.
  Hash Finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace annals
