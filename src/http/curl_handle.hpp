#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace codemate::http {

// libcurl's objects, owned.
struct EasyDelete {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDelete {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDelete {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDelete>;
using Multi = std::unique_ptr<CURLM, MultiDelete>;
using List = std::unique_ptr<curl_slist, ListDelete>;

// What one exchange at a time works with: an easy handle and a multi handle of its own, which keeps the connections
// alive between exchanges and can be woken up from another thread.
struct CurlHandle {
    Multi multi; // first, so that it goes last: the easy handle may still use its connections
    Easy easy;

    CurlHandle(); // throws std::bad_alloc
};

// curl_global_init, once, when the first exchange begins and not before: it would cost every start of the program.
void initialise_curl();

void check_option(CURLoption, CURLcode); // throws Error{defect}: a library that does not know it is a mistake of ours

template<typename Value>
void set(const Easy& easy, CURLoption option, Value value) {
    check_option(option, curl_easy_setopt(easy.get(), option, value));
}

void check_multi(CURLMcode); // throws Error{defect}

void append(List&, const std::string& line); // throws std::bad_alloc

} // namespace codemate::http
