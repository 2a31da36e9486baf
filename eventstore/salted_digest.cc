// Apart from event_codec.cc, so that what only decodes needs no library that hashes.
#include "eventstore/event_codec.h"
#include "eventstore/sha256.h"

namespace annals {

Hash SaltedDigest(const Salt& salt, std::string_view bytes) {
  return Sha256({BytesOf(salt), bytes});
}

}  // namespace annals
