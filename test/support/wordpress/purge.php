<?php
// The plugin Proxy Cache Purge: one request for each address of a page that has changed.

/** @param string[] $urls */
function purge_urls(array $urls): void
{
    foreach ($urls as $url) purge_request($url, 'default');
}

function purge_all(): void
{
    purge_request(SITE_URL . '/.*', 'regex');
}

function purge_request(string $url, string $method): void
{
    // Settings → Proxy Cache → "Proxy IP".
    $proxy = trim(file_get_contents(data_file('vhp_varnish_ip')));
    $path = substr($url, strlen(SITE_URL));
    $context = stream_context_create(['http' => [
        'method' => 'PURGE',
        'header' => ['Host: ' . $_SERVER['HTTP_HOST'], "X-Purge-Method: $method", 'User-Agent: WordPress/6.8; ' . SITE_URL],
        'ignore_errors' => true,
        'timeout' => 5,
    ]]);
    file_get_contents("http://$proxy$path", false, $context);
    file_put_contents(data_file('purges.log'), "$method $path {$http_response_header[0]}\n", FILE_APPEND | LOCK_EX);
}
