#include "http/curl_handle.hpp"

#include "codemate/base/error.hpp"

#include <new>

namespace codemate::http {

namespace {

bool start_library() {
    if (const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
        throw Error(Kind::defect, std::string("libcurl does not start: ") + curl_easy_strerror(code));
    }
    return true;
}

} // namespace

void initialise_curl() {
    [[maybe_unused]] static const bool started = start_library();
}

CurlHandle::CurlHandle() {
    initialise_curl();
    multi.reset(curl_multi_init());
    easy.reset(curl_easy_init());
    if (!multi || !easy) throw std::bad_alloc();
}

void check_option(CURLoption option, CURLcode code) {
    if (code == CURLE_OK) return;
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    throw Error(Kind::defect, "libcurl refuses option " + std::to_string(option) + ": " + curl_easy_strerror(code));
}

void check_multi(CURLMcode code) {
    if (code == CURLM_OK) return;
    if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
    throw Error(Kind::defect, std::string("libcurl failed: ") + curl_multi_strerror(code));
}

void append(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    [[maybe_unused]] curl_slist* same = list.release();
    list.reset(longer);
}

} // namespace codemate::http
