<?php
// The front controller: everything that is no file.
require __DIR__ . '/wp-load.php';

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

if (isset($_GET['add-to-cart'])) add_to_cart($_GET['add-to-cart']);
if (isset($_GET['preview'])) preview((int) ($_GET['p'] ?? 0));
if (isset($_GET['p'])) redirect_canonical((int) $_GET['p']);
if (isset($_GET['s'])) search($_GET['s']);
if ($path === '/') front_page();
if ($path === '/feed/') feed();
if ($path === '/shop/') page('Shop', '<a href="/?add-to-cart=17">Add the mug to the cart</a>');
if ($path === '/cart/') cart();
if ($path === '/membership/') membership();
if (str_starts_with($path, '/wp-json/')) rest();
foreach (posts() as $post) {
    if ($post['status'] === 'publish' && $path === "/2026/05/{$post['slug']}/") single($post);
}
http_response_code(404);
nocache_headers();
page('Page not found', '<p>Nothing was found at this location.</p>');

function front_page(): never
{
    $published = array_filter(posts(), fn($post) => $post['status'] === 'publish');
    $links = array_map(fn($post) => '<li><a href="' . permalink($post) . "\">{$post['title']}</a>", $published);
    page('A blog', '<ul>' . implode('', $links) . '</ul>');
}

function single(array $post): never
{
    $commenter = $_COOKIE['comment_author_' . COOKIEHASH] ?? null;
    $comments = '';
    foreach (state('comments', []) as $comment) {
        // One that waits for approval is shown to who wrote it only.
        if ($comment['post'] === $post['slug'] && $comment['author'] === $commenter) {
            $comments .= '<p>awaiting moderation: ' . htmlspecialchars($comment['text']) . '</p>';
        }
    }
    page($post['title'], "<p>{$post['content']}</p>$comments<form action=/wp-comments-post.php method=post></form>");
}

function redirect_canonical(int $id): never
{
    $post = posts()[$id] ?? null;
    if ($post === null || $post['status'] !== 'publish') {
        http_response_code(404);
        nocache_headers();
        page('Page not found', '');
    }
    redirect(permalink($post), 301);
}

function preview(int $id): never
{
    $post = posts()[$id] ?? null;
    if ($post === null || current_user() === null) {
        http_response_code(404);
        nocache_headers();
        page('Page not found', '');
    }
    page("Preview: {$post['title']}", "<p>{$post['content']}</p>");
}

function search(string $words): never
{
    $found = array_filter(posts(), fn($post) => stripos($post['title'], $words) !== false && $post['status'] === 'publish');
    $titles = array_map(fn($post) => "<li>{$post['title']}", $found);
    page('Search results for ' . htmlspecialchars($words), '<ul>' . implode('', $titles) . '</ul>');
}

function feed(): never
{
    $items = '';
    foreach (posts() as $post) {
        if ($post['status'] === 'publish') $items .= "<item><title>{$post['title']}</title><link>" . permalink($post) . "</link><description>{$post['content']}</description></item>";
    }
    $etag = '"' . md5($items) . '"';
    header('Content-Type: application/rss+xml; charset=UTF-8');
    header("ETag: $etag");
    header('Last-Modified: ' . gmdate('D, d M Y H:i:s', @filemtime(data_file('posts.json')) ?: 0) . ' GMT');
    if (($_SERVER['HTTP_IF_NONE_MATCH'] ?? '') === $etag) {
        http_response_code(304);
        exit;
    }
    echo "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel>$items</channel></rss>\n";
    exit;
}

function rest(): never
{
    header('Content-Type: application/json; charset=UTF-8');
    header('X-Robots-Tag: noindex');
    header('Allow: GET');
    echo json_encode(['user' => current_user(), 'made' => bin2hex(random_bytes(8))]);
    exit;
}

function add_to_cart(string $product): never
{
    $session = cart_session() ?? 't_' . bin2hex(random_bytes(8));
    $carts = state('carts', [], function (array $carts) use ($session, $product) {
        $carts[$session][] = $product;
        return $carts;
    });
    nocache_headers();
    setcookie('wp_woocommerce_session_' . COOKIEHASH, $session, path: '/', httponly: true);
    setcookie('woocommerce_items_in_cart', (string) count($carts[$session]), path: '/');
    setcookie('woocommerce_cart_hash', md5(implode(',', $carts[$session])), path: '/');
    redirect(SITE_URL . '/cart/');
}

function cart(): never
{
    nocache_headers();
    $session = cart_session();
    $things = $session === null ? [] : state('carts', [])[$session] ?? [];
    page('Cart', '<p>' . count($things) . ' in the cart</p>');
}

/** A plugin that keeps something in a session of PHP, whose own fields forbid caching. */
function membership(): never
{
    session_start();
    $_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
    page('Membership', "<p>visit {$_SESSION['visits']} of session " . session_id() . '</p>');
}
