// What a test vector's check says, and how it reads its vector.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/encoding.h"
#include "mls/group.h"

namespace vicino::mls_vectors {

using Json = nlohmann::json;

// How a check ends that doesn't pass: with an exception where there are any, else through the host
// (wasm.cpp). For this tool only.
[[noreturn]] void stop_failed(const std::string& why);
[[noreturn]] void stop_skipped(const std::string& why);

inline void expect(bool holds, const std::string& what) {
  if (!holds) stop_failed(what);
}

inline Buffer hex(const Json& text) {
  auto bytes = from_hex(text.get<std::string>());
  if (!bytes) stop_failed("not hexadecimal");
  return std::move(*bytes);
}

inline mls::Secret secret(const Json& text) {
  const Buffer bytes = hex(text);
  if (bytes.size() > mls::Secret::capacity) stop_failed("a secret longer than any suite's");
  return mls::Secret(bytes);
}

inline void expect_equal(Bytes is, const Json& should_be, const std::string& what) {
  const Buffer wanted = hex(should_be);
  if (!equal(is, wanted)) stop_failed(what + " is " + to_hex(is) + ", not " + to_hex(wanted));
}

template <class T>
T take(mls::Result<T> result, const std::string& what) {
  if (!result) stop_failed(what + ": " + std::string(to_string(result.error())));
  return std::move(*result);
}

inline void take(mls::Status status, const std::string& what) {
  if (!status) stop_failed(what + ": " + std::string(to_string(status.error())));
}

inline const mls::Suite& suite_of(const Json& vector) {
  const auto number = vector.at("cipher_suite").get<uint16_t>();
  const mls::Suite* const suite = mls::Suite::find(static_cast<mls::CipherSuite>(number));
  if (!suite) stop_skipped("cipher suite " + std::to_string(number));
  return *suite;
}

// A private HPKE key, of the right size.
inline mls::Secret hpke_private(const mls::Suite& suite, const Json& vector, const char* name) {
  auto keys = suite.hpke_keys(hex(vector.at(name)));
  if (!keys) stop_failed(std::string(name) + " is no private key");
  return std::move(keys->private_key);
}

// Of a value that sizes memory: what is asked for before it is known to be there has a limit.
inline size_t length_of(const Json& number, size_t limit) {
  const auto length = number.get<uint64_t>();
  if (!number.is_number_unsigned() || length > limit) stop_failed("a length out of range");
  return static_cast<size_t>(length);
}

// The official formats (github.com/mlswg/mls-implementations, test-vectors.md), one function each.
void check_tree_math(const Json& vector);
void check_deserialization(const Json& vector);
void check_crypto_basics(const Json& vector);
void check_secret_tree(const Json& vector);
void check_key_schedule(const Json& vector);
void check_psk_secret(const Json& vector);
void check_transcript_hashes(const Json& vector);
void check_message_protection(const Json& vector);
void check_welcome(const Json& vector);
void check_messages(const Json& vector);
void check_tree_operations(const Json& vector);
void check_tree_validation(const Json& vector);
void check_treekem(const Json& vector);
void check_passive_client(const Json& vector);

// A format is known by what its vectors have, whatever the file is called.
struct Format {
  const char* name;
  std::vector<const char*> members;
  void (*check)(const Json&);
};

// nullptr: none of the above.
const Format* format_of(const Json& vector);

}  // namespace vicino::mls_vectors
