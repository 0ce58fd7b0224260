<?php
// Publishes or changes a post, and lets the plugin tell the cache.
require __DIR__ . '/../wp-load.php';
require __DIR__ . '/../purge.php';

$user = current_user();
if ($user === null) redirect(SITE_URL . '/wp-login.php');
if (!hash_equals(nonce($user), $_POST['_wpnonce'] ?? '')) {
    http_response_code(403);
    nocache_headers();
    page('Error', 'The link you followed has expired.');
}
$id = (int) $_POST['post_ID'];
if ($_POST['action'] === 'switch_theme') {
    purge_all();
    redirect(SITE_URL . '/wp-admin/themes.php?activated=true');
}
$posts = posts(function (array $posts) use ($id) {
    $posts[$id]['content'] = $_POST['content'];
    $posts[$id]['status'] = 'publish';
    return $posts;
});
purge_urls([permalink($posts[$id]), SITE_URL . '/feed/', SITE_URL . '/']);
nocache_headers();
redirect(SITE_URL . "/wp-admin/post.php?post=$id&action=edit&message=6");
