/// Input: a byte, and a JSON Web Token (0) or a payload that is signed here (else).
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "receive/jwt.hpp"
#include "support/fuzz.hpp"

namespace glusterfs_exporter::fuzz {
namespace {

constexpr std::string_view kSecret = "secret-secret";
constexpr auto kNow = std::chrono::system_clock::time_point(std::chrono::seconds(1795262400));

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64url(std::string_view text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  encoded.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                                          bytes(text), static_cast<int>(text.size()))));
  std::ranges::replace(encoded, '+', '-');
  std::ranges::replace(encoded, '/', '_');
  return encoded.substr(0, encoded.find('='));
}

std::string sign(std::string_view payload) {
  const auto text = base64url(R"({"alg":"HS256"})") + "." + base64url(payload);
  std::array<char, 32> signature{};
  HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()), bytes(text), text.size(),
       reinterpret_cast<unsigned char*>(signature.data()), nullptr);
  return text + "." + base64url({signature.data(), signature.size()});
}

void run(std::string_view input) {
  const bool is_signed = take_byte(input) != 0;
  const auto token = is_signed ? sign(input) : std::string(input);
  const auto claims = receive::check_jwt(token, kSecret, kNow);
  if (!claims) {
    Texts().add(claims.error());
    require(!claims.error().empty() && claims.error().size() < 1024, "an error says something, and briefly");
    return;
  }
  require(is_signed, "nobody guesses a signature");
  require(claims->time >= 0 && claims->time <= 1795262400 + receive::kClockLeeway.count(),
          "what is good was issued before now");
  require(!receive::check_jwt(token, "another-secret", kNow), "it is good with its own secret only");
}

}  // namespace
}  // namespace glusterfs_exporter::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  glusterfs_exporter::fuzz::run(glusterfs_exporter::fuzz::text_of(data, size));
  return 0;
}
