<?php
// What the pages of this small site have in common. It does as WordPress does wherever a cache could notice: status, fields,
// cookies, redirects, and which page is whose. Its state is files in DATA_FOLDER.

const USERS = ['ann' => 'ann-password', 'bob' => 'bob-password'];

define('SITE_URL', 'http://' . $_SERVER['HTTP_HOST']);
define('COOKIEHASH', md5('http://blog.example'));

function data_file(string $name): string
{
    return getenv('DATA_FOLDER') . '/' . $name;
}

/** What the file holds; `$change` gets it to be changed while nobody else does. */
function state(string $name, array $initial, ?callable $change = null): array
{
    $file = fopen(data_file("$name.json"), 'c+');
    flock($file, LOCK_EX);
    $text = stream_get_contents($file);
    $value = $text === '' ? $initial : json_decode($text, true);
    if ($change !== null) {
        $value = $change($value);
        ftruncate($file, 0);
        rewind($file);
        fwrite($file, json_encode($value));
    }
    fclose($file);
    return $value;
}

function posts(?callable $change = null): array
{
    return state('posts', [
        1 => ['slug' => 'hello-world', 'title' => 'Hello world!', 'content' => 'Welcome.', 'status' => 'publish'],
        2 => ['slug' => 'second-post', 'title' => 'Second post', 'content' => 'More to read.', 'status' => 'publish'],
        3 => ['slug' => 'not-yet', 'title' => 'Not yet', 'content' => 'A draft.', 'status' => 'draft'],
    ], $change);
}

function permalink(array $post): string
{
    return SITE_URL . "/2026/05/{$post['slug']}/";
}

/** Names in cookies are signed, as in WordPress: who makes one up is nobody. */
function current_user(): ?string
{
    $cookie = $_COOKIE['wordpress_logged_in_' . COOKIEHASH] ?? '';
    [$name, $signature] = explode('|', $cookie . '|');
    return isset(USERS[$name]) && hash_equals(login_signature($name), $signature) ? $name : null;
}

function login_signature(string $name): string
{
    return hash_hmac('sha256', $name, 'the salt of wp-config.php');
}

/** Proves that a form was shown to who sends it. */
function nonce(string $user): string
{
    return substr(hash_hmac('sha256', "nonce $user", 'the salt of wp-config.php'), 0, 10);
}

/** As the function of this name in WordPress 6. */
function nocache_headers(): void
{
    header('Expires: Wed, 11 Jan 1984 05:00:00 GMT');
    header('Cache-Control: no-cache, must-revalidate, max-age=0, no-store, private');
}

function redirect(string $url, int $status = 302): never
{
    header('X-Redirect-By: WordPress');
    header("Location: $url", true, $status);
    exit;
}

function page(string $title, string $body): never
{
    $user = current_user();
    if ($user !== null) nocache_headers();
    header('Content-Type: text/html; charset=UTF-8');
    header('Link: <' . SITE_URL . '/wp-json/>; rel="https://api.w.org/"');
    $bar = $user === null ? '' : "<div id=\"wpadminbar\">Howdy, $user</div>";
    $cart = cart_session();
    $inCart = $cart === null ? '' : "<p class=\"cart-contents\">cart of $cart</p>";
    $commenter = $_COOKIE['comment_author_' . COOKIEHASH] ?? null;
    $form = $commenter === null ? '' : '<p class="commenter">commenting as ' . htmlspecialchars($commenter) . '</p>';
    $made = bin2hex(random_bytes(8));
    echo "<!doctype html><title>$title</title><link rel=stylesheet href=/wp-content/themes/classic/style.css>"
        . "$bar$inCart$form<h1>$title</h1>$body<!-- made $made -->\n";
    exit;
}

/** The shop's session, known by WooCommerce's cookie. */
function cart_session(): ?string
{
    $session = $_COOKIE['wp_woocommerce_session_' . COOKIEHASH] ?? null;
    return $session !== null && preg_match('/^t_[0-9a-f]{16}$/', $session) ? $session : null;
}
